"""Reactions: functions of higher apps that run when a lower app publishes an event."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from realtime.wire.messages import Event

AnyEvent = TypeVar("AnyEvent", bound=Event)
Reaction = Callable[[AnyEvent], None]

_reactions: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def reacts_to(*kinds: type[AnyEvent]) -> Callable[[Reaction[AnyEvent]], Reaction[AnyEvent]]:
    """Run the function on every published event of these classes, inside the publisher's transaction.

    If it raises, the publisher fails: for what must not be apart from the event. All else uses
    ``realtime.hooks.reacts_safely_to``.
    """

    def register(function: Reaction[AnyEvent]) -> Reaction[AnyEvent]:
        for kind in kinds:
            _reactions[kind].append(function)
        return function

    return register


def run(event: Event) -> None:
    """Run the reactions to this event."""
    for react in _reactions.get(type(event), ()):
        react(event)
