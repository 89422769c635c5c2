"""Events of friends, and their audiences."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from core.ids import UserId
from core.shapes import about, one_of
from realtime.wire import topics
from realtime.wire.messages import Ephemeral, Event, Internal, Reply
from realtime.wire.topics import Topic


def friends_status_topic(user_id: UserId) -> Topic:
    """Return the topic of status changes of this user's friends."""
    return Topic(f"friends_{user_id}")


class Person(Struct, kw_only=True, frozen=True):
    """A user's public identity."""

    id: UserId
    username: str
    is_premium: bool


class FriendStatus(Struct, kw_only=True, frozen=True):
    """A user's status for friends: ``status`` is offline, online, away, busy or playing.

    ``last_seen`` is set for offline users, ``game_id`` while they play a game.
    """

    user_id: UserId
    online: bool
    status: Annotated[str, one_of(["offline", "online", "away", "busy", "playing"])]
    last_seen: Annotated[datetime | None, about("Offline: when they were last online")]
    game_id: Annotated[UUID | UnsetType, about("Playing: the game")] = UNSET


class Friend(FriendStatus, kw_only=True, frozen=True):
    """A friend, and how they stand now."""

    username: str
    is_premium: bool


class Request(Struct, kw_only=True, frozen=True):
    """A friend request."""

    id: int
    from_user: Person
    to_user: Person
    status: Annotated[str, one_of(["pending", "accepted", "declined", "cancelled"])]
    created_at: datetime


class PresenceState(Reply):
    """All friends with their status: the first frame. ``status`` is the user's own."""

    friends: list[Friend]
    status: str
    recovered: bool | UnsetType = UNSET


class Presence(Event, kw_only=True):
    """Sent when a friend's status changes."""

    to_user_id: UserId
    user_id: UserId
    online: bool
    status: str
    last_seen: datetime | None
    game_id: UUID | UnsetType = UNSET

    def audience(self) -> Topic:
        return friends_status_topic(self.to_user_id)


class PresenceHint(Ephemeral, kw_only=True, tag="presence"):
    """Like ``presence``, for the notifications socket, which has no snapshot; only the latest counts."""

    to_user_id: UserId
    user_id: UserId
    online: bool
    status: str
    last_seen: datetime | None
    game_id: UUID | UnsetType = UNSET

    def audience(self) -> Topic:
        return topics.user(self.to_user_id)

    def coalescing_key(self) -> str:
        return f"presence {self.user_id}"


class StatusSet(Event):
    """Sent to the user's own devices when they set their status."""

    answers: ClassVar[tuple[str, ...]] = ("set_status",)

    user_id: UserId
    status: str

    def audience(self) -> Topic:
        return friends_status_topic(self.user_id)


class OnlineElsewhere(Internal):
    """A user came online, or went offline, in another cell."""

    user_id: UserId


class FriendRequest(Event):
    """Sent to both users when a friend request is made."""

    request: Request

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.request.to_user.id), topics.user(self.request.from_user.id)


class FriendRequestClosed(Event):
    """Sent to both users when a request is declined or cancelled; ``status`` says which."""

    request_id: int
    from_user_id: UserId
    to_user_id: UserId
    status: str

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.to_user_id), topics.user(self.from_user_id)


class FriendAccepted(Event):
    """Sent to both users when they become friends, each with the other one; it closes the request."""

    to_user_id: UserId
    request_id: int
    friend: Friend

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.to_user_id), friends_status_topic(self.to_user_id)


class FriendRemoved(Event):
    """Sent to both users when their friendship ends; it gives no reason."""

    to_user_id: UserId
    user_id: UserId

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.to_user_id), friends_status_topic(self.to_user_id)


class PlayerBlocked(Event):
    """Sent to the blocker's devices when a user blocks another; everything between the two ends."""

    by_id: UserId
    blocked_id: UserId

    def audience(self) -> Topic:
        return topics.user(self.by_id)


class PlayerUnblocked(Event):
    """Sent when a block is removed; what it ended is not restored."""

    by_id: UserId
    blocked_id: UserId

    def audience(self) -> Topic:
        return topics.user(self.by_id)
