"""Who is at the other end of a socket, as its token says."""

import msgspec


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
