"""How a battle goes beside the strikes: its times, and what the fallen enemies drop. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

COOLDOWN = timedelta(milliseconds=500)
"""Between two attacks of one player."""
START_WITHIN = timedelta(seconds=30)
"""Enemies wait so long for the first attack after the first player has joined."""


FAIR_SHARE = 4
"""Loot takes a quarter of what each fighter would do if all did the same, in damage or in attacks."""


class Chance(NamedTuple):
    """A line of a drop table: so many of an item, in so many cases of a hundred."""

    item: str
    percent: int
    quantity: int


class Loot(NamedTuple):
    """So many of an item."""

    item: str
    quantity: int


def generator(seed: int, moment: str | int) -> Random:
    """The chance of one moment of one battle: the same again whoever asks, and whenever."""
    return Random(f"{seed}:{moment}")


def next_action(acts_at: datetime, now: datetime, every: timedelta) -> datetime:
    """When an enemy acts after the action that was due at ``acts_at``.

    The rhythm is kept, but what was missed while no server ran is not made up for.
    """
    after = acts_at + every
    return after if after > now else now + every


def has_share(own: int, everybodys: Sequence[int]) -> bool:
    """Whether somebody who did ``own`` of what all fighters together did has done enough of it."""
    return own > 0 and own * FAIR_SHARE * len(everybodys) >= sum(everybodys)


def loot(drops: Iterable[Chance], random: Random) -> list[Loot]:
    """What a drop table gives this time: each line by its own chance."""
    return [Loot(drop.item, drop.quantity) for drop in drops if random.random() * 100 < drop.percent]
