"""Rules of levels, stats, stamina and hatching. Pure functions and frozen values."""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

STATS = ("strength", "agility", "intellect", "vitality", "luck")
RARITIES = ("common", "uncommon", "rare", "epic", "legendary")

# -- Growing

DAYS_THAT_COUNT = 7
"""The number of consecutive days over which the daily reward grows."""


@dataclass(frozen=True)
class Curve:
    """Experience per level: ``first`` for the second level, ``more`` in addition for each further one."""

    first: int
    more: int
    highest: int

    def begins_at(self, level: int) -> int:
        """Return the experience at which a level begins: 0, 100, 300, 600, ... if both are 100."""
        steps = level - 1
        return steps * self.first + steps * (steps - 1) // 2 * self.more

    def level_at(self, xp: int) -> int:
        """Return the level for this experience, from 1 to ``highest``."""
        return bisect_right(range(1, self.highest + 1), xp, key=self.begins_at)

    def to_next(self, xp: int) -> int:
        """Return the experience missing to the next level; 0 at the highest."""
        level = self.level_at(xp)
        return 0 if level == self.highest else self.begins_at(level + 1) - xp


@dataclass(frozen=True)
class Growth:
    """The growth of players and pets; the defaults are the initial values."""

    player: Curve = Curve(first=100, more=100, highest=100)
    pet: Curve = Curve(first=40, more=40, highest=50)
    points_a_level: int = 3
    stamina: int = 100
    stamina_a_level: int = 5
    daily_gold: int = 20
    daily_gold_a_day: int = 10

    def max_stamina(self, level: int) -> int:
        """Return the maximum stamina at this level."""
        return self.stamina + self.stamina_a_level * (level - 1)

    def gold_for_coming_back(self, days: int) -> int:
        """Return the daily gold after this many consecutive days, including today."""
        return self.daily_gold + self.daily_gold_a_day * (min(days, DAYS_THAT_COUNT) - 1)


# -- Stats


class Stats(NamedTuple):
    """The five stats, or a bonus to them."""

    strength: int = 0
    agility: int = 0
    intellect: int = 0
    vitality: int = 0
    luck: int = 0

    def plus(self, other: "Stats") -> "Stats":
        return Stats(*(mine + its for mine, its in zip(self, other, strict=True)))


FIRST_STATS = Stats(5, 5, 5, 5, 5)


class PetInSet(NamedTuple):
    """A pet in the active set: its family, its level, and its species' bonus at the first level."""

    family: str
    level: int
    stats: Stats


PET_SET_SIZE = 3
FAMILY_BONUS_PERCENT = {2: 10, 3: 25}
"""The additional bonus of pets of one family, by their number in the set."""


def pet_bonus(pets: Sequence[PetInSet]) -> Stats:
    """Return the bonus of a set of pets: 10 % more per level, plus the family bonus."""
    total = Stats()
    for pet in pets:
        alike = sum(other.family == pet.family for other in pets)
        percent = 100 + FAMILY_BONUS_PERCENT.get(alike, 0)
        total = total.plus(Stats(*(stat * (9 + pet.level) * percent // 1000 for stat in pet.stats)))
    return total


def total(parts: Iterable[Stats]) -> Stats:
    """Return the sum of these stats."""
    together = Stats()
    for fraction in parts:
        together = together.plus(fraction)
    return together


@dataclass(frozen=True)
class Combat:
    """A player's combat values. ``critical_chance`` is from 0 to 0.5."""

    max_hp: int
    attack: int
    defense: int
    speed: int
    critical_chance: float


def derived(level: int, stats: Stats) -> Combat:
    """Return the combat values for a level and stats (bonuses included)."""
    return Combat(
        max_hp=max(1, 50 + 10 * level + 8 * stats.vitality),
        attack=max(1, 2 * level + 2 * stats.strength + stats.intellect),
        defense=max(0, level + stats.vitality + stats.agility // 2),
        speed=max(1, 10 + stats.agility),
        critical_chance=min(500, max(0, 50 + 5 * stats.luck)) / 1000,
    )


# -- Stamina


class Stamina(NamedTuple):
    """The stamina at a moment, including fractions; only whole points can be spent."""

    value: Decimal
    at: datetime


@dataclass(frozen=True)
class Regeneration:
    """``fraction`` of the maximum is regenerated at the end of every ``interval`` seconds."""

    fraction: Decimal
    interval: int


def regenerated(stamina: Stamina, now: datetime, *, maximum: int, by: Regeneration) -> Stamina:
    """Return the stamina now; the elapsed part of the current interval still counts.

    If the clock was set back nothing is lost: the current interval starts again at the new time.
    """
    if stamina.value >= maximum or now < stamina.at:
        return Stamina(min(stamina.value, Decimal(maximum)), now)
    intervals = (now - stamina.at) // timedelta(seconds=by.interval)
    value = stamina.value + intervals * by.fraction * maximum
    if value >= maximum:
        return Stamina(Decimal(maximum), now)
    return Stamina(value, stamina.at + timedelta(seconds=by.interval) * intervals)


def full_at(stamina: Stamina, *, maximum: int, by: Regeneration) -> datetime | None:
    """Return when the stamina will be full; None if it is, or if nothing regenerates."""
    lacking = maximum - stamina.value
    if lacking <= 0 or by.fraction <= 0:
        return None
    return stamina.at + timedelta(seconds=by.interval) * math.ceil(lacking / (by.fraction * maximum))


# -- Eggs

ALL_CHANCES = 10_000
"""The sum of an egg's chances."""

HATCH_ODDS: Mapping[str, Mapping[str, int]] = {
    "common": {"common": 7500, "uncommon": 2000, "rare": 400, "epic": 90, "legendary": 10},
    "uncommon": {"common": 4000, "uncommon": 4500, "rare": 1200, "epic": 250, "legendary": 50},
    "rare": {"uncommon": 4500, "rare": 4200, "epic": 1100, "legendary": 200},
    "epic": {"rare": 5000, "epic": 4200, "legendary": 800},
    "legendary": {"epic": 5500, "legendary": 4500},
}
"""The initial chances for each rarity of pet, by the egg's rarity, out of ``ALL_CHANCES``."""


def odds(chances: Mapping[str, int], there: Collection[str]) -> dict[str, float]:
    """Return the probability of each rarity, given the rarities for which species exist.

    If the egg allows none of them, all are equally likely.
    """
    possible = {rarity: chance for rarity, chance in chances.items() if chance and rarity in there}
    possible = possible or {rarity: 1 for rarity in RARITIES if rarity in there}
    whole = sum(possible.values())
    return {rarity: round(chance / whole, 6) for rarity, chance in possible.items()}


def hatch(seed: int, chances: Mapping[str, int], species: Mapping[str, Sequence[str]]) -> str:
    """Return the species that hatches from an egg with these chances; deterministic for a seed.

    ``species`` maps rarities to non-empty lists of species; their order does not matter.
    """
    random = Random(seed)
    likely = odds(chances, species)
    rarity = random.choices(list(likely), list(likely.values()))[0]
    return random.choice(sorted(species[rarity]))


# -- The shop


def of_the_day(names: Iterable[str], day: date, count: int) -> list[str]:
    """Return ``count`` of these names, drawn anew each day."""
    candidates = sorted(names)
    return Random(day.toordinal()).sample(candidates, min(count, len(candidates)))
