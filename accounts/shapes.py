"""The answers of the account routes."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from core.ids import UserId
from core.shapes import about


class BriefUser(Struct, kw_only=True, frozen=True):
    """The user that comes with tokens."""

    id: UserId
    username: str
    email: str
    is_premium: bool
    is_guest: bool


class OwnProfile(BriefUser, kw_only=True, frozen=True):
    """All that a user is shown of the own account."""

    email_verified: Annotated[bool, about("Whether a code sent to this address was entered")]
    date_joined: datetime
    last_login: datetime | None


class TokenPair(Struct, kw_only=True, frozen=True):
    """A token for calls, and one that buys the next pair."""

    access: str
    refresh: str


class SignedIn(Struct, kw_only=True, frozen=True):
    """Tokens, and whose they are."""

    user: BriefUser
    access: str
    refresh: str


class Ticket(Struct, kw_only=True, frozen=True):
    """Opens one socket."""

    ticket: str
    expires_in: Annotated[int, about("Seconds")]


class DeviceSession(Struct, kw_only=True, frozen=True):
    """A device that is signed in."""

    id: int
    created_at: datetime
    last_seen: datetime
    user_agent: str
    ip: str | None
    current: Annotated[bool, about("Whether it is the one that asks")]


class PublicProfile(Struct, kw_only=True, frozen=True):
    """A user as shown to anybody."""

    id: UserId
    username: str
    is_premium: bool
    level: int
    rating: int | None
    online: bool
