"""What a client may ask over the world's socket."""

from typing import Annotated

from msgspec import Meta

from realtime.messages import Command


class AuthRequest(Command):
    """Show who you are on a socket that was opened without a token: a name or e-mail with its password, or an
    access token.
    """

    username: Annotated[str, Meta(max_length=254)] | None = None
    password: Annotated[str, Meta(max_length=256)] | None = None
    token: Annotated[str, Meta(max_length=4096)] | None = None


class Disconnect(Command):
    """Close this socket; the character leaves the world."""
