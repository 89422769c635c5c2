"""What clients may ask in lobbies and between friends, over a socket."""

from typing import Annotated

from msgspec import Meta

from realtime.messages import Command


class ChatMessage(Command):
    """Say something: 1 to 500 characters once trimmed."""

    message: str


class TypingStart(Command):
    """Tell that something is being written."""


class TypingStop(Command):
    """Tell that nothing is being written any more."""


class Read(Command):
    """All messages of the friend up to this one are read."""

    up_to: Annotated[int, Meta(ge=0, le=2**53)]
