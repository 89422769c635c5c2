"""Commands of the lobby and direct message sockets."""

from typing import Annotated

from msgspec import Meta

from realtime.wire.messages import Command


class ChatMessage(Command):
    """Send a message: 1 to 500 characters after trimming. ``reply_to`` is the message it answers."""

    message: str
    reply_to: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class TypingStart(Command):
    """Show the others that you are typing."""


class TypingStop(Command):
    """Show the others that you stopped typing."""


class Read(Command):
    """Mark all messages up to this one as read."""

    up_to: Annotated[int, Meta(ge=0, le=2**53)]
