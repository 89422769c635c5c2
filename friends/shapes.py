"""Answers of friends' routes beside what the sockets carry too, which ``events`` declares."""

from datetime import datetime

from msgspec import Struct

from core.ids import UserId


class Blocked(Struct, kw_only=True, frozen=True):
    """Somebody whom the caller blocks."""

    user_id: UserId
    username: str
    created_at: datetime
