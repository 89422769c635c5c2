"""How players grow: levels, stats, stamina, the hatching of eggs. Pure functions and frozen values."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

STATS = ("strength", "agility", "intellect", "vitality", "luck")
RARITIES = ("common", "uncommon", "rare", "epic", "legendary")

# -- Levels

MAX_LEVEL = 100
MAX_PET_LEVEL = 50
POINTS_A_LEVEL = 3
"""Stat points that a new level brings."""


def xp_at(level: int) -> int:
    """The experience with which a player's level begins: 0, 100, 300, 600, ... each level 100 longer."""
    return 50 * level * (level - 1)


def level_at(xp: int) -> int:
    """The level that this much experience makes, from 1 to ``MAX_LEVEL``."""
    return _highest(xp, xp_at, MAX_LEVEL)


def pet_xp_at(level: int) -> int:
    """The experience with which a pet's level begins: 0, 40, 120, 240, ..."""
    return 20 * level * (level - 1)


def pet_level_at(xp: int) -> int:
    """The level of a pet with this much experience, from 1 to ``MAX_PET_LEVEL``."""
    return _highest(xp, pet_xp_at, MAX_PET_LEVEL)


def _highest(xp: int, begins_at: Callable[[int], int], highest: int) -> int:
    low, high = 1, highest
    while low < high:
        middle = (low + high + 1) // 2
        if begins_at(middle) <= xp:
            low = middle
        else:
            high = middle - 1
    return low


def xp_to_next(xp: int) -> int:
    """The experience a player lacks to the next level; 0 at the last."""
    level = level_at(xp)
    return 0 if level == MAX_LEVEL else xp_at(level + 1) - xp


def pet_xp_to_next(xp: int) -> int:
    """The experience a pet lacks to the next level; 0 at the last."""
    level = pet_level_at(xp)
    return 0 if level == MAX_PET_LEVEL else pet_xp_at(level + 1) - xp


# -- Coming back each day

DAYS_THAT_COUNT = 7
"""Of a row of days; from then on the reward stays as it is."""


def daily_gold(days: int) -> int:
    """The gold for coming back, on so many days in a row, this one included."""
    return 10 + 10 * min(days, DAYS_THAT_COUNT)


# -- Stats


class Stats(NamedTuple):
    """The five stats, or what something adds to them."""

    strength: int = 0
    agility: int = 0
    intellect: int = 0
    vitality: int = 0
    luck: int = 0

    def plus(self, other: "Stats") -> "Stats":
        return Stats(*(mine + its for mine, its in zip(self, other, strict=True)))


FIRST_STATS = Stats(5, 5, 5, 5, 5)


class PetInSet(NamedTuple):
    """A pet that fights along: its family, its level, and what its species adds at the first level."""

    family: str
    level: int
    stats: Stats


PET_SET_SIZE = 3
FAMILY_BONUS_PERCENT = {2: 10, 3: 25}
"""What pets of one family add to what they give, by how many of the set they are."""


def pet_bonus(pets: Sequence[PetInSet]) -> Stats:
    """What the pets of a set add together: a tenth more for each level, and more among their own family."""
    total = Stats()
    for pet in pets:
        alike = sum(other.family == pet.family for other in pets)
        percent = 100 + FAMILY_BONUS_PERCENT.get(alike, 0)
        total = total.plus(Stats(*(stat * (9 + pet.level) * percent // 1000 for stat in pet.stats)))
    return total


def total(parts: Iterable[Stats]) -> Stats:
    """All of these together."""
    together = Stats()
    for part in parts:
        together = together.plus(part)
    return together


@dataclass(frozen=True)
class Combat:
    """What a player brings to a fight. ``speed`` scales how often; ``critical_chance`` is from 0 to 0.5."""

    max_hp: int
    attack: int
    defense: int
    speed: int
    critical_chance: float


def derived(level: int, stats: Stats) -> Combat:
    """What a level and stats, bonuses included, amount to in a fight."""
    return Combat(
        max_hp=max(1, 50 + 10 * level + 8 * stats.vitality),
        attack=max(1, 2 * level + 2 * stats.strength + stats.intellect),
        defense=max(0, level + stats.vitality + stats.agility // 2),
        speed=max(1, 10 + stats.agility),
        critical_chance=min(500, max(0, 50 + 5 * stats.luck)) / 1000,
    )


# -- Stamina


class Stamina(NamedTuple):
    """How much there was at a moment. Parts are kept, whole points are spent."""

    value: Decimal
    at: datetime


@dataclass(frozen=True)
class Regeneration:
    """``part`` of the maximum comes back every ``interval`` seconds, at once when they are over."""

    part: Decimal
    interval: int


def max_stamina(level: int) -> int:
    """The most stamina a player of this level has."""
    return 100 + 5 * (level - 1)


def regenerated(stamina: Stamina, now: datetime, *, most: int, by: Regeneration) -> Stamina:
    """The stamina now. What is left of the current interval still counts for the next.

    A clock that was put back takes nothing: the current interval begins anew by the new time.
    """
    if stamina.value >= most or now < stamina.at:
        return Stamina(min(stamina.value, Decimal(most)), now)
    intervals = (now - stamina.at) // timedelta(seconds=by.interval)
    value = stamina.value + intervals * by.part * most
    if value >= most:
        return Stamina(Decimal(most), now)
    return Stamina(value, stamina.at + timedelta(seconds=by.interval) * intervals)


def full_at(stamina: Stamina, *, most: int, by: Regeneration) -> datetime | None:
    """When all the stamina will be back; None if it is, or if none comes back."""
    lacking = most - stamina.value
    if lacking <= 0 or by.part <= 0:
        return None
    return stamina.at + timedelta(seconds=by.interval) * math.ceil(lacking / (by.part * most))


# -- Eggs

HATCH_ODDS: Mapping[str, Mapping[str, float]] = {
    "common": {"common": 0.75, "uncommon": 0.2, "rare": 0.04, "epic": 0.009, "legendary": 0.001},
    "uncommon": {"common": 0.4, "uncommon": 0.45, "rare": 0.12, "epic": 0.025, "legendary": 0.005},
    "rare": {"uncommon": 0.45, "rare": 0.42, "epic": 0.11, "legendary": 0.02},
    "epic": {"rare": 0.5, "epic": 0.42, "legendary": 0.08},
    "legendary": {"epic": 0.55, "legendary": 0.45},
}
"""By the egg's rarity: how likely a pet of each rarity is."""


def odds(egg: str, there: Collection[str]) -> dict[str, float]:
    """How likely a pet of each rarity is, from an egg of this rarity, where there are only pets of some.

    If the egg could hold none of them, each of them is as likely as the others.
    """
    weights = {rarity: weight for rarity, weight in HATCH_ODDS[egg].items() if rarity in there}
    weights = weights or {rarity: 1.0 for rarity in RARITIES if rarity in there}
    whole = sum(weights.values())
    return {rarity: round(weight / whole, 6) for rarity, weight in weights.items()}


def hatch(seed: int, egg: str, species: Mapping[str, Sequence[str]]) -> str:
    """Which species hatches from an egg: the same for the same seed.

    ``species`` holds the names of the species by rarity, none of it empty; its order is no matter.
    """
    random = Random(seed)
    chances = odds(egg, species)
    rarity = random.choices(list(chances), list(chances.values()))[0]
    return random.choice(sorted(species[rarity]))


# -- The shop


def of_the_day(names: Iterable[str], day: date, count: int) -> list[str]:
    """Those of these names whose day it is: ``count`` of them, drawn anew each day."""
    candidates = sorted(names)
    return Random(day.toordinal()).sample(candidates, min(count, len(candidates)))
