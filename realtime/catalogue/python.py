"""The message catalogue as Python source: a class for each message."""

import re
import textwrap
from dataclasses import dataclass

from django.conf import settings

from realtime.catalogue.conventions import CLOSE_CODES
from realtime.catalogue.namespaces import Namespace
from realtime.catalogue.sockets import (
    COMPONENTS,
    ON_EVERY_SOCKET,
    Description,
    Schema,
    Socket,
    components,
    sockets,
)
from realtime.wire.messages import Command

WIDTH = 110
DICT_ATTRIBUTES = frozenset(dir(dict))
"""Fields with these names are accessible by key only."""


def module(made_by: str) -> str:
    """Return the source of a module with each socket's messages; ``made_by`` says how it was generated.

    A message is named after its socket and its class, as ``GamePlayerMove``, and is a ``Record``. What a
    client sends is a typed dictionary, to be written as one; its name ends in ``Command``.
    """
    codes = ", ".join(str(one.value) for one in CLOSE_CODES if one.reconnect)
    lines = [
        '"""The messages of the sockets, both ways."""',
        "",
        f"# {made_by}",
        "",
        "from __future__ import annotations",
        "",
        "from enum import StrEnum",
        "from typing import Any, Literal, NotRequired, TypedDict",
        "",
        "from gameplatform_client.records import MayBeMissing, Record",
        "",
        f'PROTOCOL_VERSION = "{settings.PROTOCOL_VERSION}"',
        f"RECONNECT_AFTER = frozenset({{{codes}}})",
        '"""Close codes after which a client comes back by itself; every other code is an answer."""',
        *_message_types(),
    ]
    for kind in ON_EVERY_SOCKET:
        way = _sent("") if issubclass(kind, Command) else _heard("")
        lines += _message(Description(kind), way)
    for socket in sockets():
        lines += _socket(socket)
    return "\n".join(lines) + "\n"


def namespaces(name: str, declared: list[Namespace], made_by: str) -> str:
    """Return the source of a module with the types of an app's namespaces.

    A type is named after its namespace, as ``ChessView``, and is a typed dictionary.
    """
    lines: list[str] = []
    for one in declared:
        way = _Direction(f"{one.name}{{}}", "TypedDict", "NotRequired")
        lines += ["", "", f"# {one.key}: {one.text}"]
        for kind, schema in one.types.items():
            text = (
                " ".join(schema.get("description", "").replace("``", "`").split()) or f"{kind}, of {one.key}."
            )
            required = schema.get("required", ())
            fields = [(field, of, field in required) for field, of in schema.get("properties", {}).items()]
            lines += _class(kind, text, fields, way)
    source = "\n".join(lines)
    used = [one for one in ("Any", "Literal", "NotRequired", "TypedDict") if re.search(rf"\b{one}\b", source)]
    head = [
        f'"""The types of the {name}: views and movements as dictionaries."""',
        "",
        f"# {made_by}",
        "",
        "from __future__ import annotations",
        "",
        f"from typing import {', '.join(used)}",
    ]
    return "\n".join([*head, source, ""])


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
    sides = [
        (way, [one for one in side if one.kind not in ON_EVERY_SOCKET])
        for way, side in ((_sent(socket.name), socket.commands), (_heard(socket.name), socket.messages))
    ]
    lines = ["", "", f"# {' and '.join(socket.paths)}"]
    for way, side in sides:
        lines += _structures(side, way)
    for way, side in sides:
        for one in side:
            lines += _message(one, way)
    return lines


@dataclass(frozen=True)
class _Direction:
    """Code generation for one direction: class names, base class, the mark of optional fields."""

    named: str
    base: str
    optional: str


def _sent(socket: str) -> _Direction:
    return _Direction(f"{socket}{{}}Command", "TypedDict", "NotRequired")


def _heard(socket: str) -> _Direction:
    return _Direction(f"{socket}{{}}", "Record", "MayBeMissing")


def _structures(described: list[Description], way: _Direction) -> list[str]:
    """Return the classes of the structures inside these messages."""
    lines: list[str] = []
    messages = {one.kind.__name__ for one in described}
    for name, schema in components(described).items():
        if schema.get("type") == "array":
            lines += ["", "", f"{way.named.format(name)} = {_python(schema, way.named)}"]
            lines += _docstring(schema["description"], indent="")
        # A message inside another one is declared once.
        elif name not in messages:
            required = schema.get("required", ())
            properties = schema.get("properties", {})
            fields = [(field, inner, field in required) for field, inner in properties.items()]
            lines += _class(name, schema["description"], fields, way)
    return lines


def _message(one: Description, way: _Direction) -> list[str]:
    fields = [("type", {"const": one.type}, True), *((f.name, f.schema, f.required) for f in one.fields)]
    return _class(one.kind.__name__, one.text, fields, way)


def _class(name: str, text: str, fields: list[tuple[str, Schema, bool]], way: _Direction) -> list[str]:
    lines = ["", "", f"class {way.named.format(name)}({way.base}):", *_docstring(text), ""]
    for field, schema, required in fields:
        if way.base == "Record" and field in DICT_ATTRIBUTES:
            continue
        kind = _python(schema, way.named)
        lines += [f"    {field}: {kind}" if required else f"    {field}: {way.optional}[{kind}]"]
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


def _python(schema: Schema, named: str) -> str:
    match schema:
        case {"$ref": ref}:
            return named.format(ref.removeprefix(COMPONENTS))
        case {"anyOf": ways}:
            found = list(dict.fromkeys(_python(way, named) for way in ways))
            return "Any" if "Any" in found else " | ".join(found)
        case {"enum": values}:
            return f"Literal[{', '.join(map(_literal, values))}]"
        case {"const": value}:
            return f"Literal[{_literal(value)}]"
        case {"type": "array", "prefixItems": kinds}:
            return f"list[{' | '.join(dict.fromkeys(_python(kind, named) for kind in kinds))}]"
        case {"type": "array"}:
            return f"list[{_python(schema.get('items', {}), named)}]"
        case {"type": "object"}:
            return f"dict[str, {_python(schema.get('additionalProperties') or {}, named)}]"
        case {"type": kind}:
            return _IN_PYTHON[kind]
    return "Any"


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


_IN_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
