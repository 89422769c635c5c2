"""The message catalogue for people: sections for the HTML page, and Markdown."""

import json
from dataclasses import dataclass

from realtime.catalogue.conventions import CLOSE_CODES, EVERY_SOCKET
from realtime.catalogue.sockets import (
    COMPONENTS,
    ON_EVERY_SOCKET,
    Description,
    Schema,
    Socket,
    components,
    sockets,
)
from realtime.wire.messages import Command, Reply


def words(schema: Schema) -> str:
    """Describe a JSON Schema in words."""
    match schema:
        case {"$ref": ref}:
            return str(ref.removeprefix(COMPONENTS))
        case {"anyOf": ways}:
            found = list(dict.fromkeys(words(way) for way in ways))
            return ANYTHING if ANYTHING in found else " or ".join(found)
        case {"enum": values}:
            return " or ".join(json.dumps(value) for value in values)
        case {"const": value}:
            return json.dumps(value)
        case {"type": "array", "prefixItems": kinds}:
            return f"list of {', '.join(map(words, kinds))}"
        case {"type": "array", "items": dict(items)} if items:
            return f"list of {words(items)}"
        case {"type": "object", "additionalProperties": dict(values)} if values:
            return f"object of {words(values)}"
        case {"type": "string", "format": form}:
            return _FORMATS.get(form, str(form))
        case {"type": kind}:
            return f"{_KINDS.get(kind, kind)}{_limits(schema)}"
    return ANYTHING


ANYTHING = "anything"
_FORMATS = {"date-time": "time", "uuid": "UUID"}
_KINDS = {
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


def _limits(schema: Schema) -> str:
    low = schema.get("minLength", schema.get("minimum"))
    high = schema.get("maxLength", schema.get("maximum"))
    unit = " characters" if schema["type"] == "string" else ""
    match low, high:
        case None, None:
            return ""
        case None, _:
            return f" up to {high}{unit}"
        case _, None:
            return f" from {low}{unit}"
    return f" of {low} to {high}{unit}"


Line = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """A message or structure; ``fields`` are names (``?`` marks optional ones) and their types."""

    name: str
    text: str
    fields: list[Line]


@dataclass(frozen=True)
class Section:
    """A socket's section, without what all sockets have in common."""

    name: str
    paths: tuple[str, ...]
    text: str
    sent: list[Entry]
    heard: list[Entry]
    structures: list[Entry]


def sections() -> list[Section]:
    """Return a section for every socket."""
    return [
        Section(
            socket.name,
            socket.paths,
            socket.text,
            [_entry(one) for one in socket.commands if one.kind not in ON_EVERY_SOCKET],
            [_entry(one) for one in socket.messages if one.kind not in ON_EVERY_SOCKET],
            _structures(socket),
        )
        for socket in sockets()
    ]


def common() -> list[Entry]:
    """Return the messages that every socket sends or accepts."""
    return [_entry(Description(kind)) for kind in ON_EVERY_SOCKET]


def _entry(one: Description) -> Entry:
    # Described once for all messages: commands have an id, and replies carry it as ref.
    everywhere = (
        {"id"} if issubclass(one.kind, Command) else {"ref"} if issubclass(one.kind, Reply) else set()
    )
    fields = [
        (field.name if field.required else f"?{field.name}", words(field.schema))
        for field in one.fields
        if field.name not in everywhere
    ]
    return Entry(one.type, f"{one.text} It comes first." if one.opens else one.text, fields)


def _structures(socket: Socket) -> list[Entry]:
    found = []
    for name, schema in components(socket.commands + socket.messages).items():
        fields = [
            (field if field in schema.get("required", ()) else f"?{field}", words(inner))
            for field, inner in schema.get("properties", {}).items()
        ]
        found.append(Entry(name, schema["description"], fields))
    return found


def markdown(made_by: str) -> str:
    """Return the catalogue as Markdown; ``made_by`` says how the file was generated."""
    lines = ["# Messages of the sockets", "", f"<!-- {made_by} -->", ""]
    lines += ["A field with `?` before its name may be missing.", "", "## On every socket", ""]
    lines += [f"- {line}" for line in EVERY_SOCKET]
    lines += _table("", common())
    lines += ["", "## Close codes", "", "| code | why | client comes back by itself |", "|---|---|---|"]
    lines += [f"| {one.value} | {one.meaning} | {'yes' if one.reconnect else 'no'} |" for one in CLOSE_CODES]
    for section in sections():
        lines += ["", "## " + " · ".join(f"`{path}`" for path in section.paths), "", section.text]
        lines += _table("A client may send", section.sent)
        lines += _table("A client hears", section.heard)
        lines += _table("Structures in these", section.structures)
    return "\n".join(lines) + "\n"


def _table(title: str, entries: list[Entry]) -> list[str]:
    if not entries:
        return []
    lines = ["", *([f"### {title}", ""] if title else []), "| type | fields | |", "|---|---|---|"]
    for entry in entries:
        fields = "<br>".join(f"`{name}` {holds}" for name, holds in entry.fields)
        lines.append(f"| `{entry.name}` | {fields} | {entry.text} |")
    return lines
