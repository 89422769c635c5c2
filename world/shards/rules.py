"""How shards are captured, and what it makes of the world. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

CHANNEL = timedelta(seconds=8)
"""How long a capture takes while nobody stands in its way."""


@dataclass(frozen=True)
class Channel:
    """A capture under way: what it still takes, and when that is over, unless it is ``contested``."""

    remaining: timedelta
    due_at: datetime | None

    @classmethod
    def begun(cls, now: datetime, *, contested: bool) -> "Channel":
        """A new one; it does not run while it is contested from the start."""
        return cls(CHANNEL, None if contested else now + CHANNEL)

    @property
    def contested(self) -> bool:
        return self.due_at is None

    def left(self, now: datetime) -> timedelta:
        """What it still takes at this moment, without a contest."""
        return self.remaining if self.due_at is None else max(timedelta(), self.due_at - now)

    def is_over(self, now: datetime) -> bool:
        """Whether the shard is captured by now."""
        return self.due_at is not None and self.due_at <= now

    def when(self, contested: bool, now: datetime) -> "Channel":
        """The same from now on, with an enemy there or not: it stops, goes on, or stays as it is."""
        if contested == self.contested:
            return self
        left = self.left(now)
        return replace(self, remaining=left, due_at=None if contested else now + left)


def ruler(owners: Sequence[int | None]) -> int | None:
    """The faction that holds more than half of the shards, given the owner of each; None if none does."""
    for faction, held in Counter(owners).items():
        if faction is not None and held * 2 > len(owners):
            return faction
    return None


def holds_all(owners: Sequence[int | None]) -> bool:
    """Whether one faction holds every shard."""
    return len(set(owners)) == 1 and owners[0] is not None


def scatter(count: int, places: Sequence[int], random: Random) -> list[int]:
    """Where so many shards fall: no place gets a second one before all have one."""
    fallen: list[int] = []
    while len(fallen) < count:
        fallen += random.sample(places, len(places))
    return fallen[:count]
