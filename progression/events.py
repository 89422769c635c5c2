"""What is announced of how players grow."""

from realtime import topics
from realtime.messages import Event, Internal
from realtime.topics import Topic


class LevelUp(Event):
    """The user has reached a level; ``stat_points`` are there to allocate."""

    user_id: int
    level: int
    stat_points: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class StatsChanged(Internal):
    """What the user brings to a fight is not what it was, by level, points, gear or pets."""

    user_id: int


class ItemsBought(Internal):
    """The user has bought so many of an item."""

    user_id: int
    quantity: int


class PetHatched(Internal):
    """An egg of the user's has become a pet."""

    user_id: int


class DailyRewardClaimed(Internal):
    """The user has come back today, and been rewarded."""

    user_id: int
