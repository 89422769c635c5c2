"""The answers of the battle routes; enemies and fighters, whom sockets tell of too, are in ``events``."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from core.ids import UserId
from core.shapes import about, one_of
from game.battles.events import EnemyState, FighterState
from game.battles.models import Battle


class AvailableBattle(Struct, kw_only=True, frozen=True):
    """A battle to join, or to go on with."""

    id: int
    name: str
    level: int
    enemies: list[EnemyState]
    players: int
    max_players: int
    stamina_cost: int
    state: Annotated[str, one_of(Battle.UNDER_WAY)]
    joined: Annotated[bool, about("Whether the caller has a place in it")]


class BattleState(Struct, kw_only=True, frozen=True):
    """All there is to know of a battle, for one of its fighters."""

    id: int
    name: str
    level: int
    state: Annotated[str, one_of(Battle.State.choices)]
    enemies: list[EnemyState]
    players: list[FighterState]
    max_players: int
    stamina_cost: int
    step: Annotated[int, about("Counts the changes")]
    user_id: Annotated[UserId, about("The caller")]
    loot_claimed: bool


class BattleShape(BattleState, kw_only=True, frozen=True):
    """A battle as its fighters see it."""

    ws_url: str


class AttackResult(Struct, kw_only=True, frozen=True):
    """The effect of a strike."""

    damage: int
    critical: bool
    enemy_hp: int
    state: Annotated[str, one_of(Battle.State.choices, "Of the battle, after it")]


class LootItem(Struct, kw_only=True, frozen=True):
    """So many of an item."""

    item: Annotated[str, about("The item's slug")]
    item_id: int
    name: str
    rarity: str
    quantity: int


class LootShape(Struct, kw_only=True, frozen=True):
    """The loot of a won battle."""

    xp: int
    gold: int
    items: list[LootItem]
    level_up: bool


class PastBattle(Struct, kw_only=True, frozen=True):
    """The caller's part in a battle that is over."""

    id: int
    name: str
    level: int
    state: Annotated[str, one_of(Battle.OVER)]
    damage_dealt: int
    hp: int
    max_hp: int
    loot: LootShape | None
    loot_claimed: bool
    joined_at: datetime
    finished_at: datetime
