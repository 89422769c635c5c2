"""Events of battles, sent to their fighters.

``step`` counts the changes of a battle. If events arrive out of order, the one with the highest step is
current.
"""

from msgspec import UNSET, Struct, UnsetType

from core.ids import UserId
from realtime.wire.messages import Event, Message
from realtime.wire.topics import Topic


def in_battle(battle_id: int) -> Topic:
    """Return the topic of a battle."""
    return Topic(f"battle_{battle_id}")


class EnemyState(Struct, kw_only=True):
    """The current state of an enemy."""

    id: int
    name: str
    hp: int
    max_hp: int


class FighterState(Struct, kw_only=True):
    """The current state of a fighter."""

    user_id: UserId
    username: str
    hp: int
    max_hp: int
    damage_dealt: int
    connected: bool


class Connected(Message):
    """The complete state of the battle; the first frame on the socket."""

    id: int
    name: str
    level: int
    state: str
    enemies: list[EnemyState]
    players: list[FighterState]
    max_players: int
    stamina_cost: int
    step: int
    user_id: UserId
    loot_claimed: bool
    recovered: bool | UnsetType = UNSET


class BattleEvent(Event):
    """Base of the events of a battle."""

    battle_id: int

    def audience(self) -> Topic:
        return in_battle(self.battle_id)


class PlayerJoined(BattleEvent):
    """Sent when a player joins the battle or connects.

    The enemies' hit points grow with the number of players.
    """

    user_id: UserId
    username: str
    hp: int
    max_hp: int
    connected: bool
    enemies: list[EnemyState]
    step: int


class PlayerLeft(BattleEvent):
    """Sent when a player's socket is closed; the player may come back."""

    user_id: UserId
    username: str
    step: int


class Attack(BattleEvent):
    """Sent when a player has attacked an enemy."""

    user_id: UserId
    enemy_id: int
    damage: int
    critical: bool
    enemy_hp: int
    step: int


class EnemyAttack(BattleEvent):
    """Sent when an enemy has attacked a player, who falls at 0 ``player_hp``."""

    enemy_id: int
    user_id: UserId
    damage: int
    critical: bool
    player_hp: int
    step: int


class EnemyDefeated(BattleEvent):
    """Sent when an enemy has no hit points left."""

    enemy_id: int
    user_id: UserId
    step: int


class BattleWon(BattleEvent):
    """Sent when all enemies are defeated; every fighter with a fair share may claim loot."""

    step: int


class BattleLost(BattleEvent):
    """Sent when all players have fallen."""

    step: int


class Chat(BattleEvent):
    """A chat message of a fighter."""

    user_id: UserId
    username: str
    message: str
