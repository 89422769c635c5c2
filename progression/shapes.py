"""The answers of progression's routes."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from core.shapes import about, one_of
from progression.events import ItemGranted
from progression.models import Rarity as Rarities

Kind = Annotated[str, about("gear, food, egg, material, or a kind that an app declares")]
Rarity = Annotated[str, one_of(Rarities.choices)]
Slot = Annotated[str | None, about("Of gear: weapon, head, body, feet, trinket, or one that an app declares")]
Currency = Annotated[str, about("gold, gems, or a currency that an app declares")]


class Stats(Struct, kw_only=True, frozen=True):
    """The five stats."""

    strength: int
    agility: int
    intellect: int
    vitality: int
    luck: int


class Derived(Struct, kw_only=True, frozen=True):
    """The numbers of a fight that follow from stats."""

    max_hp: int
    attack: int
    defense: int
    speed: int
    critical_chance: Annotated[float, about("From 0 to 0.5")]


class DailyReward(Struct, kw_only=True, frozen=True):
    """The reward for coming back today."""

    claimed: Annotated[bool, about("Whether it was given")]
    days: Annotated[int, about("In a row, today included; what is beyond 7 does not count")]
    gold: int


class ItemFacts(Struct, kw_only=True, frozen=True):
    """The properties of an item."""

    name: str
    description: str
    kind: Kind
    rarity: Rarity
    slot: Slot
    stats: Annotated[Stats, about("What it adds while it is worn")]
    food_xp: Annotated[int, about("Experience for the pet that eats it")]


class InventoryRow(ItemFacts, kw_only=True, frozen=True):
    """So many of an item that the caller owns."""

    id: Annotated[int, about("Of the row: equip, hatch and feed take it")]
    item_id: int
    quantity: int
    equipped: bool


class PetShape(Struct, kw_only=True, frozen=True):
    """A pet of the caller's."""

    id: int
    species: str
    name: str
    family: str
    rarity: Rarity
    level: int
    xp: int
    xp_to_next: int
    level_began_at_xp: int
    stats: Annotated[Stats, about("What it adds in the set, by itself")]
    equipped: bool
    place: Annotated[int | None, about("In the set, from 1")]


class Regeneration(Struct, kw_only=True, frozen=True):
    """The recovery of stamina: an amount for each full interval."""

    amount: float
    interval_s: int


class PlayerShape(Struct, kw_only=True, frozen=True):
    """All that users are shown of themselves."""

    id: int
    username: str
    level: int
    xp: Annotated[int, about("All that was ever earned")]
    xp_to_next: Annotated[int, about("What the next level still takes")]
    level_began_at_xp: int
    stat_points: int
    stats: Annotated[Stats, about("The player's own")]
    bonuses: Annotated[Stats, about("What gear and pets add")]
    derived: Derived
    gold: int
    gems: int
    currencies: Annotated[dict[str, int], about("Balances of the currencies that apps declare")]
    stamina: int
    max_stamina: int
    stamina_full_at: datetime | None
    stamina_regeneration: Regeneration
    equipped: Annotated[dict[str, InventoryRow | None], about("By slot")]
    pet_set: list[PetShape]


class ShopItem(ItemFacts, kw_only=True, frozen=True):
    """An offer of the shop; the id is the item's."""

    id: int
    price: int
    currency: Currency
    stock: Annotated[int | None, about("How many are left; null for no limit")]
    daily: bool


class Bought(Struct, kw_only=True, frozen=True):
    """A purchase: the item, its price, and the currency left."""

    item: InventoryRow
    quantity: int
    spent: int
    currency: Currency
    balance: int


class CurrencyShape(Struct, kw_only=True, frozen=True):
    """A currency beside gold and gems, with the caller's balance."""

    name: str
    title: str
    balance: int
    at_most: Annotated[int, about("Grants fill a balance up to this")]
    at_most_a_day: Annotated[int | None, about("Granted in a day (UTC); null for no limit")]
    tradeable: bool


class DropShape(Struct, kw_only=True, frozen=True):
    """A line of a drop table; ``of`` is a currency, the slug of an item, or empty for nothing."""

    of: str
    least: int
    most: int
    probability: Annotated[float, about("At each roll")]


class ConversionShape(Struct, kw_only=True, frozen=True):
    """A conversion of currencies and items (by slug) that the caller may make."""

    name: str
    title: str
    takes: dict[str, int]
    gives: dict[str, int]
    rolls: Annotated[int, about("Of the drop table; 0 without one")]
    drops: list[DropShape]
    left_today: Annotated[int | None, about("null for no limit")]


class ConvertedShape(Struct, kw_only=True, frozen=True):
    """A conversion: what was taken, by currency and slug, and what the caller was given."""

    name: str
    times: int
    taken: dict[str, int]
    gold: int
    gems: int
    currencies: dict[str, int]
    items: list[ItemGranted]


class Converting(Struct, kw_only=True, frozen=True):
    """A conversion that is asked for."""

    times: Annotated[int, Meta(ge=1, le=100)] = 1


class LedgerEntry(Struct, kw_only=True, frozen=True):
    """A movement of money; of an item, with ``item_id`` and ``name`` in place of the currency."""

    id: int
    currency: Currency | UnsetType = UNSET
    item_id: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    amount: int
    balance: Annotated[int, about("After it")]
    cause: str
    created_at: datetime
