"""Rules of captures and their effect on the world. Pure functions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

CHANNEL = timedelta(seconds=8)
"""The duration of an uncontested capture."""


@dataclass(frozen=True)
class Channel:
    """A capture in progress: the time it still takes, and when it ends, unless it is ``contested``."""

    remaining: timedelta
    due_at: datetime | None

    @classmethod
    def start(cls, now: datetime, *, contested: bool) -> "Channel":
        """Return a new capture; its time does not run if it is contested from the start."""
        return cls(CHANNEL, None if contested else now + CHANNEL)

    @property
    def contested(self) -> bool:
        return self.due_at is None

    def time_left(self, now: datetime) -> timedelta:
        """Return the uncontested time that is left."""
        return self.remaining if self.due_at is None else max(timedelta(), self.due_at - now)

    def is_over(self, now: datetime) -> bool:
        """Return whether the capture is complete."""
        return self.due_at is not None and self.due_at <= now

    def with_contest(self, contested: bool, now: datetime) -> "Channel":
        """Return the capture paused or resumed, depending on whether an enemy is present."""
        if contested == self.contested:
            return self
        left = self.time_left(now)
        return replace(self, remaining=left, due_at=None if contested else now + left)


def ruler(owners: Sequence[int | None]) -> int | None:
    """Return the faction that owns more than half of the shards, or None.

    ``owners`` has each shard's owner.
    """
    for faction, held in Counter(owners).items():
        if faction is not None and held * 2 > len(owners):
            return faction
    return None


def holds_all(owners: Sequence[int | None]) -> bool:
    """Return whether one faction holds every shard."""
    return len(set(owners)) == 1 and owners[0] is not None


def scatter(count: int, places: Sequence[int], random: Random) -> list[int]:
    """Return places for this many shards; no place gets a second shard before all have one."""
    fallen: list[int] = []
    while len(fallen) < count:
        fallen += random.sample(places, len(places))
    return fallen[:count]
