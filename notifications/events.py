"""Events of notifications itself; the other events on its socket belong to other apps."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, UnsetType

from core.ids import UserId
from core.shapes import one_of
from realtime.wire import topics
from realtime.wire.messages import Ephemeral, Event
from realtime.wire.topics import Topic


class Badge(Event):
    """The number of things waiting for the user: unread messages by sender, open invites, and the total.

    Sent as the first frame, and again whenever it changes.
    """

    user_id: UserId
    dm: dict[str, int]
    invites: int
    total: int
    recovered: bool | UnsetType = UNSET

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class Announcement(Ephemeral):
    """Sent when the operators announce something to everybody who is connected."""

    id: str
    message: str

    def audience(self) -> Topic:
        return topics.everybody()

    def coalescing_key(self) -> str:
        # Announcements do not replace each other.
        return f"announcement {self.id}"


class Maintenance(Ephemeral):
    """Sent when maintenance is announced, begins and is over; in between, new games are refused.

    Who connects later finds it in ``GET /api/status/``.
    """

    state: Annotated[str, one_of(["announced", "begun", "over"])]
    message: str
    starts_at: datetime
    ends_at: datetime | None

    def audience(self) -> Topic:
        return topics.everybody()

    def coalescing_key(self) -> str:
        return "maintenance"


class SupportMessage(Event):
    """Sent when the operators write to the user; it stays in the list of ``GET /api/me/messages/``."""

    user_id: UserId
    id: int
    text: str
    at: datetime

    def audience(self) -> Topic:
        return topics.user(self.user_id)
