"""Currencies, kinds of items and slots: the platform's own, and those that apps and operators add."""

from collections.abc import Sequence
from dataclasses import dataclass

from progression.declarations import Declared

MOST = 2**53 - 1
"""Larger integers are not exact in JavaScript."""


@dataclass(frozen=True)
class DeclaredCurrency:
    """A currency beside gold and gems.

    Grants fill a player's balance up to ``at_most``, and give at most ``at_most_a_day`` in a day (UTC).
    Players may offer it to each other if it is ``tradeable``.
    """

    name: str
    title: str
    at_most: int
    at_most_a_day: int | None = None
    tradeable: bool = False


CURRENCIES: Declared[DeclaredCurrency] = Declared()
KINDS: Declared[str] = Declared()
"""The titles of kinds of items."""
SLOTS: Declared[str] = Declared()
"""The titles of slots."""
OUR_CURRENCIES = {"gold": "Gold", "gems": "Gems"}
OUR_KINDS = {"gear": "Gear", "food": "Food", "egg": "Egg", "material": "Material"}
OUR_SLOTS = {"weapon": "Weapon", "head": "Head", "body": "Body", "feet": "Feet", "trinket": "Trinket"}
NOT_MONEY = {"xp", "items", "why", "key", "who"}
"""The other arguments of a grant, which no currency can be called."""


def currency(
    name: str,
    *,
    at_most: int = MOST,
    at_most_a_day: int | None = None,
    tradeable: bool = False,
    title: str = "",
) -> DeclaredCurrency:
    """Declare a currency: in the ledger, in the player and in the shop like gold and gems."""
    if not 0 < at_most <= MOST:
        raise ValueError(f"{name}: a balance is at most {MOST}")
    made = DeclaredCurrency(name, title or name.title(), at_most, at_most_a_day, tradeable)
    CURRENCIES.declare(name, made, taken={*OUR_CURRENCIES, *NOT_MONEY})
    return made


def item_kind(name: str, *, title: str = "") -> str:
    """Declare a kind of items, beside gear, food, eggs and materials; it is neither worn nor eaten."""
    KINDS.declare(name, title or name.title(), taken=OUR_KINDS)
    return name


def item_slot(name: str, *, title: str = "") -> str:
    """Declare a slot in which a piece of gear is worn."""
    SLOTS.declare(name, title or name.title(), taken=OUR_SLOTS)
    return name


def read_rows() -> None:
    """Read what operators have added, if that was too long ago: before choices are asked for."""
    for one in (CURRENCIES, KINDS, SLOTS):
        one.all()


def declared() -> dict[str, DeclaredCurrency]:
    """Return the currencies beside gold and gems, by name."""
    return CURRENCIES.all()


def is_money(name: str) -> bool:
    """Return whether this is the name of a currency."""
    return name in OUR_CURRENCIES or name in declared()


def currency_choices() -> list[tuple[str, str]]:
    """Return all currencies with their titles."""
    return [*OUR_CURRENCIES.items(), *declared_choices()]


def declared_choices() -> list[tuple[str, str]]:
    """Return the currencies beside gold and gems with their titles."""
    return [(one.name, one.title) for one in CURRENCIES.last_read().values()]


def kind_choices() -> list[tuple[str, str]]:
    """Return all kinds of items with their titles."""
    return [*OUR_KINDS.items(), *KINDS.last_read().items()]


def slot_choices() -> list[tuple[str, str]]:
    """Return all slots with their titles."""
    return [*OUR_SLOTS.items(), *SLOTS.last_read().items()]


def slots() -> Sequence[str]:
    """Return the names of all slots."""
    return [*OUR_SLOTS, *SLOTS.all()]
