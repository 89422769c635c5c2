"""The command whose handler is running: the event that answers it carries its ``id`` back to who sent it."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import msgspec

from realtime.messages import Command, Event, MessageId


class Asker(msgspec.Struct, frozen=True, array_like=True):
    """A socket, by its worker and its number there, and the ``id`` of what it sent."""

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
    """Handle the question within the block."""
    token = _question.set(question)
    try:
        yield
    finally:
        # A task that was begun meanwhile inherits the question, and may outlive it.
        question.is_open = False
        _question.reset(token)


def current() -> Question | None:
    """The question that the caller helps to answer."""
    question = _question.get()
    return question if question is not None and question.is_open else None


def asker_of(event: Event, question: Question | None) -> Asker | None:
    """Who asked for what this event tells, if somebody did."""
    if question is None:
        return None
    tells = question.kind == event.__struct_config__.tag or question.kind in event.answers
    return question.asker if tells else None
