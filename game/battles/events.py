"""What happens in battles, told to their fighters.

``step`` counts the changes of a battle. Where events of one moment come in another order, the one with the
higher step is how things stand.
"""

from msgspec import Struct

from realtime.messages import Event, Message
from realtime.topics import Topic


def in_battle(battle_id: int) -> Topic:
    """What the fighters of a battle hear."""
    return Topic(f"battle_{battle_id}")


class EnemyState(Struct, kw_only=True):
    """How an enemy stands."""

    id: int
    name: str
    hp: int
    max_hp: int


class FighterState(Struct, kw_only=True):
    """How a fighter stands."""

    user_id: int
    username: str
    hp: int
    max_hp: int
    damage_dealt: int
    connected: bool


class Connected(Message):
    """All there is to know of the battle."""

    id: int
    name: str
    level: int
    state: str
    enemies: list[EnemyState]
    players: list[FighterState]
    max_players: int
    stamina_cost: int
    step: int
    user_id: int
    loot_claimed: bool


class BattleEvent(Event):
    """Anything that happens in a battle."""

    battle_id: int

    def audience(self) -> Topic:
        return in_battle(self.battle_id)


class PlayerJoined(BattleEvent):
    """A player joined the battle, or came to its socket. The enemies grow with the number of players."""

    user_id: int
    username: str
    hp: int
    max_hp: int
    connected: bool
    enemies: list[EnemyState]
    step: int


class PlayerLeft(BattleEvent):
    """A player's socket is gone; the player may come back."""

    user_id: int
    username: str
    step: int


class Attack(BattleEvent):
    """A player struck an enemy."""

    user_id: int
    enemy_id: int
    damage: int
    critical: bool
    enemy_hp: int
    step: int


class EnemyAttack(BattleEvent):
    """An enemy struck a player, who falls at 0 ``player_hp``."""

    enemy_id: int
    user_id: int
    damage: int
    critical: bool
    player_hp: int
    step: int


class EnemyDefeated(BattleEvent):
    """An enemy has no hit points left."""

    enemy_id: int
    user_id: int
    step: int


class BattleWon(BattleEvent):
    """All enemies are defeated; everybody who joined may claim loot."""

    step: int


class BattleLost(BattleEvent):
    """No player stands any more."""

    step: int


class Chat(BattleEvent):
    """A fighter said something."""

    user_id: int
    username: str
    message: str
