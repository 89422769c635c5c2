"""Curves, drop tables and conversions: as apps declare them and operators edit them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from progression.declarations import Declared
from progression.rules import Curve

MAX_QUANTITY = 1_000_000
MAX_ROLLS = 20


@dataclass(frozen=True)
class Drop:
    """A line of a drop table: ``least`` to ``most`` of a currency or an item (its slug), or nothing.

    A line is drawn as often as its ``weight`` is of the sum of all weights.
    """

    of: str
    least: int = 1
    most: int = 1
    weight: int = 1

    def __post_init__(self) -> None:
        if not (0 < self.least <= self.most <= MAX_QUANTITY and 0 < self.weight <= MAX_QUANTITY):
            raise ValueError(f"{self.of or 'nothing'}: a weight and quantities are from 1 to {MAX_QUANTITY}")


NOTHING = ""
"""The drop of a line that drops nothing."""


@dataclass(frozen=True)
class DropTable:
    """Lines of which one is drawn at each of so many rolls."""

    drops: tuple[Drop, ...]
    rolls: int = 1

    def __post_init__(self) -> None:
        if not self.drops or not 0 < self.rolls <= MAX_ROLLS:
            raise ValueError(f"A drop table has lines, and 1 to {MAX_ROLLS} rolls")

    def draw(self, random: Random) -> dict[str, int]:
        """Return quantities by what was drawn."""
        drawn: dict[str, int] = {}
        for drop in random.choices(self.drops, [one.weight for one in self.drops], k=self.rolls):
            if drop.of != NOTHING:
                drawn[drop.of] = drawn.get(drop.of, 0) + random.randint(drop.least, drop.most)
        return drawn


@dataclass(frozen=True)
class Conversion:
    """Currencies and items (slugs) that a player gives up, and what they become; nothing is a sink.

    ``drops`` is a drop table that is drawn from in addition. A player converts ``at_most_a_day`` (UTC).
    """

    title: str
    takes: Mapping[str, int]
    gives: Mapping[str, int] = field(default_factory=dict)
    drops: str = ""
    at_most_a_day: int | None = None
    is_open: bool = True

    def __post_init__(self) -> None:
        amounts = [*self.takes.values(), *self.gives.values()]
        if not self.takes or not all(0 < amount <= MAX_QUANTITY for amount in amounts):
            raise ValueError(f"A conversion takes something, and quantities are from 1 to {MAX_QUANTITY}")


CURVES: Declared[Curve] = Declared()
DROP_TABLES: Declared[DropTable] = Declared()
CONVERSIONS: Declared[Conversion] = Declared()
_growth: dict[str, int] = {}


@dataclass(frozen=True)
class NamedCurve:
    """A declared curve, with the numbers that operators have given it."""

    name: str

    def step(self, level: int) -> int:
        """Return what the level after this one costs: ``first``, then ``more`` with each further one."""
        curve = CURVES.all()[self.name]
        return curve.first + (level - 1) * curve.more

    def begins_at(self, level: int) -> int:
        """Return the sum of all steps up to this level."""
        return CURVES.all()[self.name].begins_at(level)

    def level_at(self, total: int) -> int:
        """Return the level that this sum reaches, from 1."""
        return CURVES.all()[self.name].level_at(total)

    @property
    def highest(self) -> int:
        """The last level."""
        return CURVES.all()[self.name].highest


def curve(name: str, *, first: int, more: int, highest: int) -> NamedCurve:
    """Declare a curve of levels or prices: ``first`` for the second level, ``more`` with each further one."""
    if not (first > 0 and more >= 0 and highest > 1):
        raise ValueError(f"{name}: a curve rises")
    CURVES.declare(name, Curve(first, more, highest))
    return NamedCurve(name)


def drop_table(name: str, drops: Iterable[Drop], *, rolls: int = 1) -> str:
    """Declare a drop table, for payouts, conversions and ``drop``."""
    DROP_TABLES.declare(name, DropTable(tuple(drops), rolls))
    return name


def conversion(
    name: str,
    *,
    takes: Mapping[str, int],
    gives: Mapping[str, int] | None = None,
    drops: str = "",
    at_most_a_day: int | None = None,
    title: str = "",
) -> str:
    """Declare what players may turn currencies and items (slugs) into, at ``/api/shop/conversions/``."""
    terms = Conversion(title or name.replace("_", " ").capitalize(), takes, gives or {}, drops, at_most_a_day)
    CONVERSIONS.declare(name, terms)
    return name


def growth(**numbers: int) -> None:
    """Declare the growth of players in place of ours: fields of *Growth* in the admin.

    ``migrate`` stores them, unless operators have changed the row.
    """
    _growth.update(numbers)


def declared_growth() -> dict[str, int]:
    """Return what apps declare of the growth of players."""
    return _growth
