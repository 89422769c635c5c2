"""The catalogue of messages: what each socket takes and tells, found in the code, written for people and programs."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from msgspec import UNSET

from realtime.consumer import Consumer
from realtime.messages import Command, Ephemeral, Error, Event, Message, Ping, Pong, Reply, Resumed

Schema = dict[str, Any]

BY_HAND = "Made by `python manage.py generate_catalogue` from the message classes; changes here are lost."
COMPONENTS = "#/components/schemas/"
ALWAYS_TOLD = (Error, Pong, Resumed)
ON_EVERY_SOCKET = (Ping, *ALWAYS_TOLD)
# The rooms of an app that hold message classes, beside what its consumers name.
ROOMS = ("commands", "events", "routing")
EVERY_SOCKET = (
    "Frames are text, one JSON object each, of at most 64 KiB. Fields that are not listed are ignored.",
    "A command may carry an `id` (a text of up to 64 characters or a whole number); the answer to it, and an "
    "`error` about it, carries the same as `ref`.",
    "Events with `seq` are numbered without gaps. A client that comes back with `?since=<seq>` is told `resumed` "
    "and what it missed, or, where that is no longer kept, the socket's first message with `recovered: false`. "
    "The `seq` of that first message is that of the last event it contains.",
    "A token comes as `Authorization: Bearer <token>`, as the subprotocols `bearer, <token>`, as `?ticket=` (single "
    "use, from `POST /api/auth/ticket/`) or as `?token=`.",
)


@dataclass(frozen=True)
class CloseCode:
    """Why a socket is closed, and whether its client should connect again by itself."""

    code: int
    meaning: str
    come_back: bool = False


CLOSE_CODES = (
    CloseCode(1001, "The server goes away.", come_back=True),
    CloseCode(1006, "The connection broke; no close frame came.", come_back=True),
    CloseCode(1009, "A frame was over 64 KiB.", come_back=True),
    CloseCode(1011, "The server failed to open the socket."),
    CloseCode(1012, "The server restarts, or the game has moved to another one.", come_back=True),
    CloseCode(
        1013, "The client did not read what it was sent, or the server cannot serve it now.", come_back=True
    ),
    CloseCode(4400, "Malformed: a binary frame, a query that cannot be read, another protocol version."),
    CloseCode(4401, "No token or a bad one; it expired, or the session has ended."),
    CloseCode(4403, "Not allowed: not a player or member, banned, not a friend."),
    CloseCode(4404, "There is no such socket, game or lobby."),
    CloseCode(4408, "Nothing was heard from the client for too long.", come_back=True),
    CloseCode(4409, "A newer connection of the same user took this one's place."),
    CloseCode(4413, "What was asked for is too large."),
    CloseCode(4429, "Too many messages, over more than a moment.", come_back=True),
)


@dataclass(frozen=True)
class Field:
    """A field of a message; ``schema`` is JSON Schema."""

    name: str
    schema: Schema
    required: bool


@dataclass(frozen=True)
class Description:
    """A message as its socket sends or takes it."""

    kind: type[Message]
    opens: bool = False

    @property
    def type(self) -> str:
        """The ``type`` on the wire."""
        return str(self.kind.__struct_config__.tag)

    @property
    def text(self) -> str:
        """What the class says of itself."""
        return _paragraph(self.kind.__doc__)

    @cached_property
    def fields(self) -> list[Field]:
        """All fields but ``type``, those that the server adds included."""
        takes = issubclass(self.kind, Command)
        found = [
            # What is sent has every field, unless it is left unset.
            Field(
                field.encode_name,
                _schema(field.type),
                field.required if takes else field.default is not UNSET,
            )
            for field in msgspec.structs.fields(self.kind)
        ]
        names = {field.name for field in found}
        is_numbered = issubclass(self.kind, Event) and not issubclass(self.kind, Ephemeral)
        if (is_numbered or self.opens) and "seq" not in names:
            found.append(Field("seq", {"type": "integer"}, True))
        if self.opens and "recovered" not in names:
            found.append(Field("recovered", {"type": "boolean"}, False))
        return found

    def schema(self) -> Schema:
        """The JSON Schema of the whole frame."""
        return {
            "type": "object",
            "description": self.text,
            "properties": {"type": {"const": self.type}, **{f.name: f.schema for f in self.fields}},
            "required": ["type", *(field.name for field in self.fields if field.required)],
        }


@dataclass(frozen=True)
class Socket:
    """One kind of socket, at one or several paths (``/ws/game/{game_id}/``)."""

    consumer: type[Consumer]
    paths: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.consumer.__name__.removesuffix("Consumer")

    @property
    def text(self) -> str:
        return _paragraph(self.consumer.__doc__)

    @property
    def commands(self) -> list[Description]:
        """What a client may ask."""
        return [Description(kind) for kind in self.consumer.handlers]

    @property
    def messages(self) -> list[Description]:
        """What a client may hear, the first frame first."""
        first = self.consumer.opens_with
        rest = [Description(kind) for kind in (*self.consumer.tells, *ALWAYS_TOLD) if kind is not first]
        return rest if first is None else [Description(first, opens=True), *rest]


def sockets() -> list[Socket]:
    """All sockets of the installed apps, by their ``routing``."""
    paths: dict[type[Consumer], list[str]] = {}
    for app in _apps():
        if find_spec(f"{app}.routing"):
            for pattern in import_module(f"{app}.routing").websocket_urlpatterns:
                path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", simplify_regex(str(pattern.pattern)))
                paths.setdefault(pattern.callback.consumer_class, []).append(path)
    return [Socket(consumer, tuple(found)) for consumer, found in paths.items()]


def message_classes() -> list[type[Message]]:
    """All message classes of the installed apps that are not bases of others."""
    apps = _apps()
    for app in apps:
        for room in ROOMS:
            if find_spec(f"{app}.{room}"):
                import_module(f"{app}.{room}")
    return [
        kind
        for kind in _descendants(Message)
        if kind.__module__.startswith(tuple(f"{app}." for app in apps)) and ".tests." not in kind.__module__
    ]


def _apps() -> list[str]:
    return [*settings.OUR_APPS, *settings.EXTRA_APPS]


def _descendants(kind: type[Message]) -> Iterator[type[Message]]:
    for child in kind.__subclasses__():
        if child.__subclasses__() or child in (Reply, Ephemeral):
            yield from _descendants(child)
        else:
            yield child


def _paragraph(docstring: str | None) -> str:
    return " ".join((docstring or "").replace("``", "`").split())


def _schema(kind: Any) -> Schema:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=COMPONENTS + "{name}")
    return schema


def components(described: list[Description]) -> dict[str, Schema]:
    """The JSON Schemas of the structures inside these messages, by name."""
    kinds = [field.type for one in described for field in msgspec.structs.fields(one.kind)]
    _, found = msgspec.json.schema_components(kinds, ref_template=COMPONENTS + "{name}")
    return {name: _with_plain_description(schema) for name, schema in found.items()}


def _with_plain_description(schema: Schema) -> Schema:
    return {**schema, "description": _paragraph(schema.get("description"))}


# -- AsyncAPI


def asyncapi(host: str = "localhost:8000", protocol: str = "ws") -> Schema:
    """The AsyncAPI 3.0 document; the server is the one at ``host``, over ``ws`` or ``wss``."""
    channels: Schema = {}
    operations: Schema = {}
    all_described: list[Description] = []
    for socket in sockets():
        taken, told = socket.commands, socket.messages
        all_described += taken + told
        for number, path in enumerate(socket.paths, 1):
            name = socket.name if number == 1 else f"{socket.name}{number}"
            channels[name] = _channel(socket, path, taken, told)
            for action, described in (("receive", taken), ("send", told)):
                ways = [{"$ref": f"#/channels/{name}/messages/{_key(one)}"} for one in described]
                operations[f"{action}{name}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": ways,
                }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Game platform",
            "version": settings.PROTOCOL_VERSION,
            "description": "\n\n".join(EVERY_SOCKET),
            "x-close-codes": [
                {"code": one.code, "meaning": one.meaning, "reconnect": one.come_back} for one in CLOSE_CODES
            ],
        },
        "defaultContentType": "application/json",
        "servers": {
            "this": {
                "host": host,
                "protocol": protocol,
                "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _SECURITY],
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {"schemas": components(all_described), "securitySchemes": _SECURITY},
    }


_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "subprotocol": {
        "type": "httpApiKey",
        "name": "Sec-WebSocket-Protocol",
        "in": "header",
        "description": "`bearer, <token>`",
    },
    "ticket": {
        "type": "httpApiKey",
        "name": "ticket",
        "in": "query",
        "description": "Single use, from `POST /api/auth/ticket/`",
    },
    "token": {"type": "httpApiKey", "name": "token", "in": "query"},
}


def _channel(socket: Socket, path: str, taken: list[Description], told: list[Description]) -> Schema:
    query = {
        "type": "object",
        "properties": {
            "since": {
                "type": "integer",
                "minimum": 0,
                "description": "The last `seq` heard: resume after it",
            },
            "v": {"type": "string", "description": "The protocol version that the client speaks"},
        },
    }
    return {
        "address": path,
        "description": socket.text,
        "parameters": {name: {} for name in re.findall(r"{(\w+)}", path)},
        "messages": {_key(one): _message(one) for one in taken + told},
        "bindings": {"ws": {"query": query, "bindingVersion": "0.1.0"}},
    }


def _key(described: Description) -> str:
    """A socket takes and tells messages of the same type, so the type alone is no key."""
    return described.type if not issubclass(described.kind, Command) else f"{described.type}.command"


def _message(described: Description) -> Schema:
    message = {"name": described.type, "summary": described.text, "payload": described.schema()}
    for kind, location in ((Command, "id"), (Reply, "ref")):
        if issubclass(described.kind, kind):
            message["correlationId"] = {"location": f"$message.payload#/{location}"}
    return message


# -- For people


def words(schema: Schema) -> str:
    """A JSON Schema in words."""
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
        case {"type": "array", "items": dict(items)} if items:
            return f"list of {words(items)}"
        case {"type": "object", "additionalProperties": dict(values)} if values:
            return f"object of {words(values)}"
        case {"type": "string", "format": form}:
            return {"date-time": "time", "uuid": "UUID"}.get(form, form)
        case {"type": kind}:
            return f"{_KINDS.get(kind, kind)}{_limits(schema)}"
    return ANYTHING


ANYTHING = "anything"
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
    """A message or structure to read: ``fields`` are names, with ``?`` before optional ones, and what they hold."""

    name: str
    text: str
    fields: list[Line]


@dataclass(frozen=True)
class Section:
    """A socket to read; what every socket has is left out."""

    name: str
    paths: tuple[str, ...]
    text: str
    sent: list[Entry]
    heard: list[Entry]
    structures: list[Entry]


def sections() -> list[Section]:
    """All sockets, to read."""
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
    """What every socket takes and tells, to read."""
    return [_entry(Description(kind)) for kind in ON_EVERY_SOCKET]


def _entry(one: Description) -> Entry:
    # Said once for all: commands have an id, and replies bear it as ref.
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


def markdown() -> str:
    """The catalogue as Markdown."""
    lines = ["# Messages of the sockets", "", f"<!-- {BY_HAND} -->", ""]
    lines += ["A field with `?` before its name may be missing.", "", "## On every socket", ""]
    lines += [f"- {line}" for line in EVERY_SOCKET]
    lines += _table("", common())
    lines += ["", "## Close codes", "", "| code | why | client comes back by itself |", "|---|---|---|"]
    lines += [f"| {one.code} | {one.meaning} | {'yes' if one.come_back else 'no'} |" for one in CLOSE_CODES]
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


# -- For TypeScript


def typescript() -> str:
    """Type declarations for clients: each socket's messages by their ``type``."""
    lines = [
        "// " + BY_HAND.replace("`", ""),
        "",
        '/** What each socket takes (`Sent["player_move"]`) and tells (`Heard["game_state"]`), by `type`. */',
        "",
    ]
    for socket in sockets():
        described = socket.commands + socket.messages
        lines += [f"/** `{'`, `'.join(socket.paths)}`: {socket.text} */"]
        lines += [f"export declare namespace {socket.name} {{"]
        for name, schema in components(described).items():
            lines += [f"  /** {schema['description']} */", f"  interface {name} {{"]
            required = schema.get("required", ())
            for field, inner in schema.get("properties", {}).items():
                lines += [f"    {field}{'' if field in required else '?'}: {_typescript(inner)};"]
            lines += ["  }", ""]
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


def _typescript(schema: Schema) -> str:
    match schema:
        case {"$ref": ref}:
            return str(ref.removeprefix(COMPONENTS))
        case {"anyOf": ways}:
            found = list(dict.fromkeys(_typescript(way) for way in ways))
            return "unknown" if "unknown" in found else " | ".join(found)
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"const": value}:
            return json.dumps(value)
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


# -- Files


def files() -> dict[Path, str]:
    """What ``generate_catalogue`` writes."""
    return {
        settings.BASE_DIR / "docs" / "events.md": markdown(),
        settings.BASE_DIR / "clients" / "js" / "messages.d.ts": typescript(),
    }


def stale() -> list[Path]:
    """The generated files that are not as the code would have them."""
    return [path for path, text in files().items() if not path.exists() or path.read_text() != text]
