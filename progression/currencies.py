"""Currencies, kinds of items and slots: the platform's own, and those that apps declare."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

MAX_NAME_LENGTH = 20
MOST = 2**53 - 1
"""Larger integers are not exact in JavaScript."""


@dataclass(frozen=True)
class DeclaredCurrency:
    """A currency of an app, beside gold and gems.

    Grants fill a player's balance up to ``at_most``, and give at most ``at_most_a_day`` in a day (UTC).
    """

    name: str
    title: str
    at_most: int
    at_most_a_day: int | None = None


_currencies: dict[str, DeclaredCurrency] = {}
_kinds: dict[str, str] = {"gear": "Gear", "food": "Food", "egg": "Egg", "material": "Material"}
_slots: dict[str, str] = {
    "weapon": "Weapon",
    "head": "Head",
    "body": "Body",
    "feet": "Feet",
    "trinket": "Trinket",
}
_OURS = {"gold": "Gold", "gems": "Gems"}
_NOT_MONEY = {"xp", "items", "why", "key", "who"}


def currency(
    name: str, *, at_most: int = MOST, at_most_a_day: int | None = None, title: str = ""
) -> DeclaredCurrency:
    """Declare a currency: in the ledger, in the player and in the shop like gold and gems."""
    _check(name, {*_OURS, *_NOT_MONEY, *_currencies})
    if not 0 < at_most <= MOST:
        raise ValueError(f"{name}: a balance is at most {MOST}")
    _currencies[name] = declared = DeclaredCurrency(name, title or name.title(), at_most, at_most_a_day)
    return declared


def item_kind(name: str, *, title: str = "") -> str:
    """Declare a kind of items, beside gear, food, eggs and materials; it is neither worn nor eaten."""
    _check(name, _kinds)
    _kinds[name] = title or name.title()
    return name


def item_slot(name: str, *, title: str = "") -> str:
    """Declare a slot in which a piece of gear is worn."""
    _check(name, _slots)
    _slots[name] = title or name.title()
    return name


def declared() -> dict[str, DeclaredCurrency]:
    """Return the currencies of apps, by name."""
    return _currencies


def currency_choices() -> list[tuple[str, str]]:
    """Return all currencies with their titles."""
    return [*_OURS.items(), *declared_choices()]


def declared_choices() -> list[tuple[str, str]]:
    """Return the currencies of apps with their titles."""
    return [(one.name, one.title) for one in _currencies.values()]


def kind_choices() -> list[tuple[str, str]]:
    """Return all kinds of items with their titles."""
    return [*_kinds.items()]


def slot_choices() -> list[tuple[str, str]]:
    """Return all slots with their titles."""
    return [*_slots.items()]


def slots() -> Sequence[str]:
    """Return the names of all slots."""
    return [*_slots]


def _check(name: str, taken: Container[str]) -> None:
    if not (name.isascii() and name.isidentifier() and name.islower() and len(name) <= MAX_NAME_LENGTH):
        raise ValueError(f"Not a name of at most {MAX_NAME_LENGTH} small letters: {name!r}")
    if name in taken:
        raise ValueError(f"There is something called {name!r} already")
