"""How players grow: levels, stats, stamina, the hatching of eggs. Pure functions and frozen values."""

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
"""Of a row of days on which somebody comes back; from then on the reward stays as it is."""


@dataclass(frozen=True)
class Curve:
    """What levels take: ``first`` experience for the second, for each further one ``more`` than before."""

    first: int
    more: int
    highest: int

    def begins_at(self, level: int) -> int:
        """The experience with which a level begins: 0, 100, 300, 600, ... where both are 100."""
        steps = level - 1
        return steps * self.first + steps * (steps - 1) // 2 * self.more

    def level_at(self, xp: int) -> int:
        """The level that this much experience makes, from 1 to ``highest``."""
        return bisect_right(range(1, self.highest + 1), xp, key=self.begins_at)

    def to_next(self, xp: int) -> int:
        """The experience that lacks to the next level; 0 at the last."""
        level = self.level_at(xp)
        return 0 if level == self.highest else self.begins_at(level + 1) - xp


@dataclass(frozen=True)
class Growth:
    """The numbers by which players and pets grow; these are the ones to begin with."""

    player: Curve = Curve(first=100, more=100, highest=100)
    pet: Curve = Curve(first=40, more=40, highest=50)
    points_a_level: int = 3
    stamina: int = 100
    stamina_a_level: int = 5
    daily_gold: int = 20
    daily_gold_a_day: int = 10

    def max_stamina(self, level: int) -> int:
        """The most stamina a player of this level has."""
        return self.stamina + self.stamina_a_level * (level - 1)

    def gold_for_coming_back(self, days: int) -> int:
        """The gold for coming back, on so many days in a row, this one included."""
        return self.daily_gold + self.daily_gold_a_day * (min(days, DAYS_THAT_COUNT) - 1)


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

ALL_CHANCES = 10_000
"""What the chances of an egg add up to."""

HATCH_ODDS: Mapping[str, Mapping[str, int]] = {
    "common": {"common": 7500, "uncommon": 2000, "rare": 400, "epic": 90, "legendary": 10},
    "uncommon": {"common": 4000, "uncommon": 4500, "rare": 1200, "epic": 250, "legendary": 50},
    "rare": {"uncommon": 4500, "rare": 4200, "epic": 1100, "legendary": 200},
    "epic": {"rare": 5000, "epic": 4200, "legendary": 800},
    "legendary": {"epic": 5500, "legendary": 4500},
}
"""By the egg's rarity: the chances of a pet of each rarity to begin with, in ``ALL_CHANCES``."""


def odds(chances: Mapping[str, int], there: Collection[str]) -> dict[str, float]:
    """How likely a pet of each rarity is, from an egg of these chances, where there are only pets of some.

    If the egg could hold none of them, each of them is as likely as the others.
    """
    possible = {rarity: chance for rarity, chance in chances.items() if chance and rarity in there}
    possible = possible or {rarity: 1 for rarity in RARITIES if rarity in there}
    whole = sum(possible.values())
    return {rarity: round(chance / whole, 6) for rarity, chance in possible.items()}


def hatch(seed: int, chances: Mapping[str, int], species: Mapping[str, Sequence[str]]) -> str:
    """Which species hatches from an egg of these chances: the same for the same seed.

    ``species`` holds the names of the species by rarity, none of it empty; its order is no matter.
    """
    random = Random(seed)
    likely = odds(chances, species)
    rarity = random.choices(list(likely), list(likely.values()))[0]
    return random.choice(sorted(species[rarity]))


# -- The shop


def of_the_day(names: Iterable[str], day: date, count: int) -> list[str]:
    """Those of these names whose day it is: ``count`` of them, drawn anew each day."""
    candidates = sorted(names)
    return Random(day.toordinal()).sample(candidates, min(count, len(candidates)))
