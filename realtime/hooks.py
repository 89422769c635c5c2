"""Hooks of events, whose failures harm nothing: within the event's transaction, and once it has committed."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import msgspec
from django.db import transaction

from core import outbox
from core.calls import require_arguments
from core.problems import log_failure
from realtime.reactions import Reaction, reacts_to
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
            name = _name(function, "after", kind)
            outbox.register(name, _handler(function, kind))
            _hooks[kind].append(name)
        return function

    return register


def reacts_safely_to(*kinds: type[AnyEvent]) -> Callable[[Reaction[AnyEvent]], Reaction[AnyEvent]]:
    """Run ``function(event)`` on every published event of these classes, within the event's transaction.

    If it raises, what it wrote is rolled back, and it runs again from the outbox until it succeeds; the event
    and its cause stand. So it can refuse nothing. Raises ``TypeError`` as :func:`after`.
    """

    def register(function: Reaction[AnyEvent]) -> Reaction[AnyEvent]:
        require_arguments(function, "event")
        for kind in kinds:
            name = _name(function, "on", kind)
            outbox.register(name, _handler(lambda event, id: function(event), kind))
            reacts_to(kind)(_isolated(function, name))
        return function

    return register


def _isolated(function: Reaction[AnyEvent], name: str) -> Reaction[AnyEvent]:
    def react(event: AnyEvent) -> None:
        try:
            with transaction.atomic():
                function(event)
        except Exception as error:
            log_failure(error, name)
            outbox.add([name], encode(event).decode())

    return react


def _name(function: Callable[..., None], when: str, kind: type[Event]) -> str:
    """Return the hook's name in the outbox. Raises ``TypeError`` for an event that is no JSON."""
    if not (isinstance(kind, type) and issubclass(kind, Event)):
        raise TypeError(f"{kind.__name__} is not an event")
    msgspec.json.schema(kind)
    return f"{function.__module__}.{function.__qualname__} {when} {kind.__module__}.{kind.__name__}"


def run_after(event: Event) -> None:
    """Ask for the hooks after this event, in its transaction."""
    if names := _hooks.get(type(event)):
        outbox.add(names, encode(event).decode())


def _handler(function: Hook[AnyEvent], kind: type[AnyEvent]) -> outbox.Handler:
    decode = msgspec.json.Decoder(kind).decode

    def call(id: UUID, data: str) -> None:
        function(decode(data), id)

    return call
