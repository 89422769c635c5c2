"""Events of progression."""

from msgspec import Struct

from core.ids import UserId
from realtime.wire import topics
from realtime.wire.messages import Event, Internal
from realtime.wire.topics import Topic


class ItemGranted(Struct, kw_only=True, frozen=True):
    """A quantity of an item that was given; ``item`` is its slug."""

    item: str
    item_id: int
    name: str
    rarity: str
    quantity: int


class LevelUp(Event):
    """Sent when the user reaches a level; ``stat_points`` is the number available to allocate."""

    user_id: UserId
    level: int
    stat_points: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class StatsChanged(Internal):
    """Published when a user's combat stats change, by level, points, gear or pets."""

    user_id: UserId


class ItemsBought(Internal):
    """Published when a user buys items."""

    user_id: UserId
    quantity: int


class PetHatched(Internal):
    """Published when a user hatches an egg."""

    user_id: UserId


class DailyRewardClaimed(Internal):
    """Published when a user claims the daily reward."""

    user_id: UserId
