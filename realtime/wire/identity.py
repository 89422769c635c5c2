"""The identity of a socket's user, as stated by the token."""

from typing import NamedTuple

import msgspec

from core.ids import UserId


class Named(NamedTuple):
    """User attributes that may change while the user is signed in."""

    username: str
    is_premium: bool
    is_guest: bool
    has_mfa: bool = False


class Identity(msgspec.Struct, frozen=True):
    """The claims of a verified token; reading them needs no database query.

    ``expires_at`` is the token's expiry, in seconds since the epoch.
    """

    user_id: UserId
    username: str
    is_premium: bool
    is_guest: bool
    session_id: int
    expires_at: float
    has_mfa: bool = False

    def called(self, user: Named) -> "Identity":
        """Return the same identity with these user attributes."""
        return msgspec.structs.replace(self, **user._asdict())
