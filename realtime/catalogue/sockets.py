"""Discovery of the sockets and message classes of the installed apps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec
from django.contrib.admindocs.views import simplify_regex
from msgspec import UNSET

from realtime.routing import apps, declared_urlpatterns, websocket_urlpatterns
from realtime.socket.consumer import Consumer
from realtime.wire.messages import (
    Ack,
    Command,
    Ephemeral,
    Error,
    Event,
    Message,
    MessageId,
    Ping,
    Pong,
    Resumed,
)

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"
ALWAYS_TOLD: tuple[type[Message], ...] = (Error, Pong, Ack, Resumed)
ON_EVERY_SOCKET: tuple[type[Message], ...] = (Ping, *ALWAYS_TOLD)
# Modules of an app that define message classes, besides those that its consumers refer to.
ROOMS = ("commands", "events", "routing")


@dataclass(frozen=True)
class Field:
    """A field of a message; ``schema`` is its JSON Schema."""

    name: str
    schema: Schema
    required: bool


@dataclass(frozen=True)
class Description:
    """A message as one socket sends or accepts it: as first frame, in its stream, unsequenced, or both."""

    kind: type[Message]
    opens: bool = False
    in_stream: bool = True
    beside: bool = False
    answers: bool = False
    """True for a message that can be the answer to a command."""

    @property
    def type(self) -> str:
        """Return the ``type`` on the wire."""
        return str(self.kind.__struct_config__.tag)

    @property
    def text(self) -> str:
        """Return the docstring of the class."""
        return _paragraph(self.kind.__doc__)

    @cached_property
    def fields(self) -> list[Field]:
        """Return all fields but ``type``, including those that the server adds."""
        takes = issubclass(self.kind, Command)
        found = [
            # Sent messages contain every field that is not explicitly unset.
            Field(
                field.encode_name,
                _schema(field.type),
                field.required if takes else field.default is not UNSET,
            )
            for field in msgspec.structs.fields(self.kind)
        ]
        names = {field.name for field in found}
        is_kept = issubclass(self.kind, Event) and not issubclass(self.kind, Ephemeral)
        if ((is_kept and self.in_stream) or self.opens) and "seq" not in names:
            found.append(Field("seq", {"type": "integer"}, required=not self.beside))
        if self.answers and "ref" not in names:
            found.append(Field("ref", _schema(MessageId), False))
        return found

    def schema(self) -> Schema:
        """Return the JSON Schema of the whole frame."""
        return {
            "type": "object",
            "description": self.text,
            "properties": {"type": {"const": self.type}, **{f.name: f.schema for f in self.fields}},
            "required": ["type", *(field.name for field in self.fields if field.required)],
        }


@dataclass(frozen=True)
class Socket:
    """A kind of socket, at one or more paths (``/ws/game/{game_id}/``)."""

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
        """Return the commands that a client may send."""
        return [Description(kind) for kind in self.consumer.handlers]

    @property
    def messages(self) -> list[Description]:
        """Return the messages that a client may receive, the first frame first."""
        first, tells, beside = self.consumer.opens_with, self.consumer.emits, self.consumer.emits_unsequenced
        rest = [
            Description(
                kind,
                in_stream=kind not in beside or kind in tells,
                beside=kind in beside,
                answers=self._is_answer(kind),
            )
            for kind in dict.fromkeys(tells + beside + ALWAYS_TOLD)
            if kind is not first
        ]
        return rest if first is None else [Description(first, opens=True), *rest]

    def _is_answer(self, kind: type[Message]) -> bool:
        if issubclass(kind, Ephemeral):
            return False
        asked = {command.type for command in self.commands}
        others = kind.answers if issubclass(kind, Event) else ()
        return not asked.isdisjoint((kind.__struct_config__.tag, *others))


def sockets() -> list[Socket]:
    """Return the sockets that this deployment offers."""
    return _sockets_of(websocket_urlpatterns())


def declared_sockets() -> list[Socket]:
    """Return all sockets that the installed apps declare in ``routing``."""
    return _sockets_of(declared_urlpatterns())


def _sockets_of(patterns: list[Any]) -> list[Socket]:
    paths: dict[type[Consumer], list[str]] = {}
    for pattern in patterns:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", simplify_regex(str(pattern.pattern)))
        paths.setdefault(pattern.callback.consumer_class, []).append(path)
    return [Socket(consumer, tuple(found)) for consumer, found in paths.items()]


def message_classes() -> list[type[Message]]:
    """Return all concrete message classes of the installed apps."""
    ours = apps()
    for app in ours:
        for room in ROOMS:
            if find_spec(f"{app}.{room}"):
                import_module(f"{app}.{room}")
    return [
        kind
        for kind in _descendants(Message)
        if kind.__module__.startswith(tuple(f"{app}." for app in ours))
        and ".tests." not in kind.__module__
        and kind.__module__ != Message.__module__
    ]


def _descendants(kind: type[Message]) -> Iterator[type[Message]]:
    for child in kind.__subclasses__():
        if child.__subclasses__():
            yield from _descendants(child)
        else:
            yield child


def _paragraph(docstring: str | None) -> str:
    return " ".join((docstring or "").replace("``", "`").split())


def _schema(kind: Any) -> Schema:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=COMPONENTS + "{name}")
    return schema


def components(described: list[Description]) -> dict[str, Schema]:
    """Return the JSON Schemas of the structures inside these messages, by name."""
    kinds = [field.type for one in described for field in msgspec.structs.fields(one.kind)]
    _, found = msgspec.json.schema_components(kinds, ref_template=COMPONENTS + "{name}")
    return {name: _with_plain_description(schema) for name, schema in found.items()}


def _with_plain_description(schema: Schema) -> Schema:
    return {**schema, "description": _paragraph(schema.get("description"))}
