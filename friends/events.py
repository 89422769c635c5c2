"""What happens between friends, and to whom it is told."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from core.shapes import about, one_of
from realtime import topics
from realtime.messages import Ephemeral, Event, Reply
from realtime.topics import Topic


def standing_of_friends(user_id: int) -> Topic:
    """How the friends of one user stand, on all the devices that want to know."""
    return Topic(f"friends_{user_id}")


class Person(Struct, kw_only=True, frozen=True):
    """A user by name."""

    id: int
    username: str
    is_premium: bool


class Standing(Struct, kw_only=True, frozen=True):
    """How a user is to their friends: ``status`` is offline, online, away, busy or playing.

    ``last_seen`` is when someone offline was last online; ``game_id`` is there while a game of theirs runs.
    """

    user_id: int
    online: bool
    status: Annotated[str, one_of(["offline", "online", "away", "busy", "playing"])]
    last_seen: Annotated[datetime | None, about("Offline: when they were last online")]
    game_id: Annotated[UUID | UnsetType, about("Playing: the game")] = UNSET


class Friend(Standing, kw_only=True, frozen=True):
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
    """All friends and how they stand: the first frame. ``status`` is what the user said of themselves."""

    friends: list[Friend]
    status: str


class Presence(Event, kw_only=True):
    """A friend stands differently now."""

    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: datetime | None
    game_id: UUID | UnsetType = UNSET

    def audience(self) -> Topic:
        return standing_of_friends(self.to_user_id)


class PresenceHint(Ephemeral, kw_only=True, tag="presence"):
    """The same for the notifications, which have no snapshot of friends: a newer one is all that counts."""

    to_user_id: int
    user_id: int
    online: bool
    status: str
    last_seen: datetime | None
    game_id: UUID | UnsetType = UNSET

    def audience(self) -> Topic:
        return topics.user(self.to_user_id)

    def coalescing_key(self) -> str:
        return f"presence {self.user_id}"


class StatusSet(Event):
    """What the user says of themselves, for their own devices."""

    answers: ClassVar[tuple[str, ...]] = ("set_status",)

    user_id: int
    status: str

    def audience(self) -> Topic:
        return standing_of_friends(self.user_id)


class FriendRequest(Event):
    """A request was made; both are told, each on all devices."""

    request: Request

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.request.to_user.id), topics.user(self.request.from_user.id)


class FriendRequestClosed(Event):
    """A request was declined or cancelled; it goes from both lists. ``status`` says which."""

    request_id: int
    from_user_id: int
    to_user_id: int
    status: str

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.to_user_id), topics.user(self.from_user_id)


class FriendAccepted(Event):
    """Two users are friends now: to each the other one. The request is closed by it."""

    to_user_id: int
    request_id: int
    friend: Friend

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.to_user_id), standing_of_friends(self.to_user_id)


class FriendRemoved(Event):
    """A friendship has ended: to each the other one. It does not say why."""

    to_user_id: int
    user_id: int

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.to_user_id), standing_of_friends(self.to_user_id)


class PlayerBlocked(Event):
    """A user blocks another: whatever connects the two ends. Only the blocker's devices hear of it."""

    by_id: int
    blocked_id: int

    def audience(self) -> Topic:
        return topics.user(self.by_id)


class PlayerUnblocked(Event):
    """A block has ended; what it ended does not come back."""

    by_id: int
    blocked_id: int

    def audience(self) -> Topic:
        return topics.user(self.by_id)
