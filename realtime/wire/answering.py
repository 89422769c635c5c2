"""The command that is being handled: the event that answers it carries its ``id`` back to the sender."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import msgspec

from realtime.wire.messages import Command, Ephemeral, Event, MessageId


class Asker(msgspec.Struct, frozen=True, array_like=True):
    """The sender of a command: its worker, the socket's number there, and the command's ``id``."""

    worker: str
    socket: int
    ref: MessageId


class Question:
    """A command with an ``id`` while its handler runs."""

    __slots__ = ("asker", "is_answered", "is_open", "kind")

    def __init__(self, asker: Asker, command: Command) -> None:
        self.asker = asker
        self.kind = str(command.__struct_config__.tag)
        self.is_open = True
        self.is_answered = False


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


def mark_answered() -> None:
    """Note that the command that is being handled has its answer, or will get it without further ado."""
    if (question := current()) is not None:
        question.is_answered = True


def asker_of(event: Event, question: Question | None) -> Asker | None:
    """Return the sender of the command that this event answers, if it answers one."""
    if question is None or isinstance(event, Ephemeral):
        return None
    if question.kind != event.__struct_config__.tag and question.kind not in event.answers:
        return None
    question.is_answered = True
    return question.asker
