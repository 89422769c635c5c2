"""The catalogue for Python: message types and typed dictionaries for clients."""

import textwrap

from django.conf import settings

from realtime.catalogue.conventions import CLOSE_CODES
from realtime.catalogue.sockets import (
    COMPONENTS,
    ON_EVERY_SOCKET,
    Description,
    Schema,
    Socket,
    components,
    sockets,
)
from realtime.messages import Command

WIDTH = 110


def module(made_by: str) -> str:
    """A module with each socket's messages; ``made_by`` says how the file came to be.

    A message is named after its socket and its class, as ``GamePlayerMove``; what a client sends ends in
    ``Command``.
    """
    codes = ", ".join(str(one.code) for one in CLOSE_CODES if one.come_back)
    lines = [
        '"""What the sockets take and tell."""',
        "",
        f"# {made_by}",
        "",
        "from __future__ import annotations",
        "",
        "from enum import StrEnum",
        "from typing import Any, Literal, NotRequired, TypedDict",
        "",
        f'PROTOCOL_VERSION = "{settings.PROTOCOL_VERSION}"',
        f"RECONNECT_AFTER = frozenset({{{codes}}})",
        '"""Close codes after which a client comes back by itself; every other code is an answer."""',
        *_message_types(),
    ]
    for kind in ON_EVERY_SOCKET:
        lines += _message(Description(kind), prefix="")
    for socket in sockets():
        lines += _socket(socket)
    return "\n".join(lines) + "\n"


def _message_types() -> list[str]:
    described = [Description(kind) for kind in ON_EVERY_SOCKET]
    described += [one for socket in sockets() for one in socket.commands + socket.messages]
    types = dict.fromkeys(one.type for one in described)
    lines = [
        "",
        "",
        "class MessageType(StrEnum):",
        *_docstring("Every `type` that a socket takes or tells."),
        "",
    ]
    return lines + [f'    {name.upper()} = "{name}"' for name in types]


def _socket(socket: Socket) -> list[str]:
    described = [one for one in socket.commands + socket.messages if one.kind not in ON_EVERY_SOCKET]
    messages = {_name(one, socket.name) for one in described}
    lines = ["", "", f"# {' and '.join(socket.paths)}"]
    for name, schema in components(described).items():
        if schema.get("type") == "array":
            lines += ["", "", f"{socket.name}{name} = {_python(schema, socket.name)}"]
            lines += _docstring(schema["description"], indent="")
        # A message inside another one is declared once.
        elif socket.name + name not in messages:
            required = schema.get("required", ())
            properties = schema.get("properties", {})
            fields = [(field, inner, field in required) for field, inner in properties.items()]
            lines += _class(socket.name + name, schema["description"], fields, socket.name)
    for one in described:
        lines += _message(one, socket.name)
    return lines


def _message(one: Description, prefix: str) -> list[str]:
    fields = [("type", {"const": one.type}, True), *((f.name, f.schema, f.required) for f in one.fields)]
    return _class(_name(one, prefix), one.text, fields, prefix)


def _name(one: Description, prefix: str) -> str:
    return f"{prefix}{one.kind.__name__}{'Command' if issubclass(one.kind, Command) else ''}"


def _class(name: str, text: str, fields: list[tuple[str, Schema, bool]], prefix: str) -> list[str]:
    lines = ["", "", f"class {name}(TypedDict):", *_docstring(text), ""]
    for field, schema, required in fields:
        kind = _python(schema, prefix)
        lines += [f"    {field}: {kind}" if required else f"    {field}: NotRequired[{kind}]"]
    return lines


def _docstring(text: str, indent: str = "    ") -> list[str]:
    quotes = '"""'
    lines = textwrap.wrap(
        quotes + text.replace("`", "``"),
        WIDTH - len(quotes),  # which end a text of one line
        initial_indent=indent,
        subsequent_indent=indent,
    )
    return [f"{lines[0]}{quotes}"] if len(lines) == 1 else [*lines, f"{indent}{quotes}"]


def _python(schema: Schema, prefix: str) -> str:
    match schema:
        case {"$ref": ref}:
            return prefix + str(ref.removeprefix(COMPONENTS))
        case {"anyOf": ways}:
            found = list(dict.fromkeys(_python(way, prefix) for way in ways))
            return "Any" if "Any" in found else " | ".join(found)
        case {"enum": values}:
            return f"Literal[{', '.join(map(_literal, values))}]"
        case {"const": value}:
            return f"Literal[{_literal(value)}]"
        case {"type": "array", "prefixItems": kinds}:
            return f"list[{' | '.join(dict.fromkeys(_python(kind, prefix) for kind in kinds))}]"
        case {"type": "array"}:
            return f"list[{_python(schema.get('items', {}), prefix)}]"
        case {"type": "object"}:
            return f"dict[str, {_python(schema.get('additionalProperties') or {}, prefix)}]"
        case {"type": kind}:
            return _IN_PYTHON[kind]
    return "Any"


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


_IN_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
