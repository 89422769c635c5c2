"""The command that is being handled: the event that answers it carries its ``id`` back to the sender."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import msgspec

from realtime.wire.messages import Command, Event, MessageId


class Asker(msgspec.Struct, frozen=True, array_like=True):
    """The sender of a command: its worker, the socket's number there, and the command's ``id``."""

    worker: str
    socket: int
    ref: MessageId


class Question:
    """A command with an ``id`` while its handler runs."""

    __slots__ = ("asker", "is_open", "kind")

    def __init__(self, asker: Asker, command: Command) -> None:
        self.asker = asker
        self.kind = str(command.__struct_config__.tag)
        self.is_open = True


_question: ContextVar[Question | None] = ContextVar("question", default=None)


@contextlib.contextmanager
def answering(question: Question) -> Iterator[None]:
    """Mark the command as being handled within the block."""
    token = _question.set(question)
    try:
        yield
    finally:
        # A task that is started meanwhile inherits the context, and may outlive the command.
        question.is_open = False
        _question.reset(token)


def current() -> Question | None:
    """Return the command that is being handled in this context, if any."""
    question = _question.get()
    return question if question is not None and question.is_open else None


def asker_of(event: Event, question: Question | None) -> Asker | None:
    """Return the sender of the command that this event answers, if it answers one."""
    if question is None:
        return None
    tells = question.kind == event.__struct_config__.tag or question.kind in event.answers
    return question.asker if tells else None
