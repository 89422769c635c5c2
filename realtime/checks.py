"""System checks: every message is documented, used by a socket, and has a unique name there."""

from collections import Counter
from typing import Any

from django.core.checks import CheckMessage, Error, register

from realtime.catalogue.sockets import Description, Socket, declared_sockets, message_classes
from realtime.wire.messages import Command, Event, Internal, Message


@register
def check_messages(**_: Any) -> list[CheckMessage]:
    """Check all message classes of the installed apps against all sockets."""
    found = declared_sockets()
    return [*problems_of_classes(message_classes(), found), *problems_of_sockets(found)]


def problems_of_classes(kinds: list[type[Message]], sockets: list[Socket]) -> list[CheckMessage]:
    """Return the problems of these message classes."""
    known = {one.kind for socket in sockets for one in socket.commands + socket.messages}
    found: list[CheckMessage] = []
    for kind in kinds:
        if kind not in known and not issubclass(kind, Internal):
            hint = "List it in emits or opens_with, or handle it; what no socket sends is Internal."
            found.append(
                Error("No socket accepts or emits this message.", hint=hint, obj=kind, id="realtime.E001")
            )
        if issubclass(kind, Event) and kind.audience is Event.audience:
            found.append(
                Error(
                    "The event does not say who hears of it.",
                    hint="Define audience().",
                    obj=kind,
                    id="realtime.E002",
                )
            )
        if not kind.__doc__:
            found.append(
                Error("The message has no docstring for the catalogue.", obj=kind, id="realtime.E003")
            )
    return found


def problems_of_sockets(sockets: list[Socket]) -> list[CheckMessage]:
    """Return the problems of the consumers' declarations."""
    found: list[CheckMessage] = []
    for socket in sockets:
        for kind in socket.consumer.handlers:
            if not (isinstance(kind, type) and issubclass(kind, Command)):
                found.append(
                    Error(f"{kind!r} is handled but is no Command.", obj=socket.consumer, id="realtime.E004")
                )
        for told in (
            *socket.consumer.emits,
            *socket.consumer.emits_unsequenced,
            socket.consumer.opens_with or Message,
        ):
            if issubclass(told, Command | Internal):
                found.append(
                    Error(f"{told.__name__} is never told.", obj=socket.consumer, id="realtime.E005")
                )
        first = socket.consumer.opens_with
        if first is not None and "recovered" not in first.__struct_fields__:
            hint = "Declare recovered: bool | UnsetType = UNSET."
            found.append(
                Error(
                    f"{first.__name__} cannot tell a client that events were lost.",
                    hint=hint,
                    obj=socket.consumer,
                    id="realtime.E007",
                )
            )
        found += [
            Error(
                f"Two messages are called {name!r} on this socket.", obj=socket.consumer, id="realtime.E006"
            )
            for side in (socket.commands, socket.messages)
            for name in _repeated(side)
        ]
    return found


def _repeated(described: list[Description]) -> list[str]:
    return [name for name, times in Counter(one.type for one in described).items() if times > 1]
