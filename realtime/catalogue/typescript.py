"""The message catalogue, and what REST takes and gives, as TypeScript declarations."""

import json
from collections.abc import Iterator

from drf_spectacular.generators import SchemaGenerator

from realtime.catalogue.namespaces import Namespace
from realtime.catalogue.sockets import COMPONENTS, Schema, components, sockets


def declarations(made_by: str) -> str:
    """Return each socket's messages by their ``type``; ``made_by`` says how the file was generated."""
    lines = [
        f"// {made_by}",
        "",
        '/** Messages by `type`, in (`Sent["player_move"]`) and out (`Heard["game_state"]`). */',
        "",
    ]
    for socket in sockets():
        described = socket.commands + socket.messages
        lines += [f"/** `{'`, `'.join(socket.paths)}`: {socket.text} */"]
        lines += [f"export declare namespace {socket.name} {{"]
        for name, schema in components(described).items():
            lines += [f"  {line}".rstrip() for line in _declaration(name, schema)]
        for title, side in (("Sent", socket.commands), ("Heard", socket.messages)):
            lines += [f"  interface {title} {{"]
            for one in side:
                lines += [f"    /** {one.text} */", f"    {one.type}: {{", f'      type: "{one.type}";']
                for field in one.fields:
                    mark = "" if field.required else "?"
                    lines += [f"      {field.name}{mark}: {_typescript(field.schema)};"]
                lines += ["    };"]
            lines += ["  }", ""] if title == "Sent" else ["  }"]
        lines += ["}", ""]
    return "\n".join(lines)


def shapes(made_by: str) -> str:
    """Return the bodies of the REST API's requests and responses."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    lines = [f"// {made_by}", ""]
    for name, schema in document["components"]["schemas"].items():
        lines += _declaration(f"export {name}", schema)
    return "\n".join(lines)


def namespaces(name: str, declared: list[Namespace], made_by: str) -> str:
    """Return the types of an app's namespaces, and an index of their parts by key."""
    lines = [f"// {made_by}", ""]
    for one in declared:
        lines += [f"/** {one.text} */", f"export declare namespace {one.name} {{"]
        for kind, schema in one.types.items():
            lines += [f"  {line}".rstrip() for line in _declaration(kind, _folded(schema))]
        lines[-1:] = ["}", ""]
    lines += [
        f"/** The parts of each of the {name}, by its name. */",
        f"export interface {_capital(name)} {{",
    ]
    for one in declared:
        parts = (
            f"{part}: {' | '.join(f'{one.name}.{kind}' for kind in kinds)}"
            for part, kinds in one.parts.items()
        )
        lines += [f"  {one.key}: {{ {'; '.join(parts)} }};"]
    return "\n".join([*lines, "}", ""])


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _folded(schema: Schema) -> Schema:
    """Return the schema with its description on one line."""
    return {**schema, "description": " ".join(schema.get("description", "").replace("``", "`").split())}


def _declaration(name: str, schema: Schema) -> Iterator[str]:
    modifier, _, name = name.rpartition(" ")
    modifier += " " * bool(modifier)
    if text := schema.get("description"):
        yield f"/** {text} */"
    if "properties" not in schema:
        yield f"{modifier}type {name} = {_typescript(schema)};"
    else:
        yield f"{modifier}interface {name} {{"
        required = schema.get("required", ())
        for field, inner in schema["properties"].items():
            yield f"  {field}{'' if field in required else '?'}: {_typescript(inner)};"
        yield "}"
    yield ""


def _typescript(schema: Schema) -> str:
    match schema:
        case {"$ref": ref}:
            return str(ref.removeprefix(COMPONENTS))
        case {"allOf": [only]}:
            return _typescript(only)
        case {"anyOf": ways} | {"oneOf": ways}:
            found = list(dict.fromkeys(_typescript(way) for way in ways))
            return "unknown" if "unknown" in found else " | ".join(found)
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"const": value}:
            return json.dumps(value)
        case {"type": list(kinds)}:
            return " | ".join(_typescript({**schema, "type": kind}) for kind in kinds)
        case {"type": "array", "prefixItems": kinds}:
            return f"[{', '.join(map(_typescript, kinds))}]"
        case {"type": "array"}:
            return f"Array<{_typescript(schema.get('items', {}))}>"
        case {"type": "object", "additionalProperties": dict(values)} if values:
            return f"Record<string, {_typescript(values)}>"
        case {"type": kind}:
            return _IN_TYPESCRIPT[kind]
    return "unknown"


_IN_TYPESCRIPT = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "object": "Record<string, unknown>",
}
