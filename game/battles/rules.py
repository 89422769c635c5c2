"""Rules of battles beyond the strikes: timing and loot. Pure functions."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

COOLDOWN = timedelta(milliseconds=500)
"""The minimum time between two attacks of one player."""
START_WITHIN = timedelta(seconds=30)
"""The time that enemies wait for the first attack after the first player has joined."""


FAIR_SHARE = 4
"""Loot requires at least 1 / FAIR_SHARE of an equal share of the damage or of the attacks."""


class Chance(NamedTuple):
    """A line of a drop table: a quantity of an item, and its probability in percent."""

    item: str
    percent: int
    quantity: int


class Loot(NamedTuple):
    """A quantity of an item."""

    item: str
    quantity: int


def generator(seed: int, moment: str | int) -> Random:
    """Return the random generator for one moment of one battle; equal arguments give equal numbers."""
    return Random(f"{seed}:{moment}")


def next_action(acts_at: datetime, now: datetime, every: timedelta) -> datetime:
    """Return when an enemy acts after the action that was due at ``acts_at``.

    The rhythm is kept, but actions that were missed while no server ran are not made up for.
    """
    after = acts_at + every
    return after if after > now else now + every


def has_fair_share(own: int, everybodys: Sequence[int]) -> bool:
    """Return whether ``own``, one fighter's part of everybody's total, is enough for loot."""
    return own > 0 and own * FAIR_SHARE * len(everybodys) >= sum(everybodys)


def loot(drops: Iterable[Chance], random: Random) -> list[Loot]:
    """Return what a drop table yields, drawing each line by its own probability."""
    return [Loot(drop.item, drop.quantity) for drop in drops if random.random() * 100 < drop.percent]
