"""Who is at the other end of a socket, as its token says."""

from typing import NamedTuple

import msgspec


class Named(NamedTuple):
    """What a user may become anew while signed in."""

    username: str
    is_premium: bool
    is_guest: bool


class Identity(msgspec.Struct, frozen=True):
    """The claims of a verified token: no database row was read for them.

    ``expires_at`` is the token's end in seconds since the epoch.
    """

    user_id: int
    username: str
    is_premium: bool
    is_guest: bool
    session_id: int
    expires_at: float

    def called(self, user: Named) -> "Identity":
        """The same session, with its user as they are by now."""
        return msgspec.structs.replace(
            self, username=user.username, is_premium=user.is_premium, is_guest=user.is_guest
        )
