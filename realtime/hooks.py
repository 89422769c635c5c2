"""Hooks after events: functions of extra apps that run once the event's transaction has committed."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import msgspec

from core import outbox
from core.calls import require_arguments
from realtime.wire.messages import Event, encode

AnyEvent = TypeVar("AnyEvent", bound=Event)
Hook = Callable[[AnyEvent, UUID], None]

_hooks: dict[type[Event], list[str]] = defaultdict(list)


def after(*kinds: type[AnyEvent]) -> Callable[[Hook[AnyEvent]], Hook[AnyEvent]]:
    """Run ``function(event, id)`` after every published event of these classes, once that has committed.

    It runs on its own, in a transaction of its own, and again if it fails (see ``core.outbox``): at least
    once, each time with the same ``id``. Events of live play, which are in no transaction, are not published
    and run nothing. Raises ``TypeError`` for an event that cannot be stored as JSON, and for a function that
    takes other arguments.
    """

    def register(function: Hook[AnyEvent]) -> Hook[AnyEvent]:
        require_arguments(function, "event", "id")
        for kind in kinds:
            if not (isinstance(kind, type) and issubclass(kind, Event)):
                raise TypeError(f"{kind.__name__} is not an event")
            msgspec.json.schema(kind)
            name = f"{function.__module__}.{function.__qualname__} after {kind.__module__}.{kind.__name__}"
            outbox.register(name, _handler(function, kind))
            _hooks[kind].append(name)
        return function

    return register


def run_after(event: Event) -> None:
    """Ask for the hooks after this event, in its transaction."""
    if names := _hooks.get(type(event)):
        outbox.add(names, encode(event).decode())


def _handler(function: Hook[AnyEvent], kind: type[AnyEvent]) -> outbox.Handler:
    decode = msgspec.json.Decoder(kind).decode

    def call(id: UUID, data: str) -> None:
        function(decode(data), id)

    return call
