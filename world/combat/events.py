"""Events of fights, sent to both players.

``step`` counts the changes of a fight. If events arrive out of order, the one with the highest step is
current.
"""

from datetime import datetime
from typing import ClassVar, Literal, TypedDict

from msgspec import Struct

from core.ids import UserId
from realtime.wire import topics
from realtime.wire.messages import Event, Reply
from realtime.wire.topics import Topic
from world.rules import CharacterId


class FighterInfo(Struct, kw_only=True):
    """A fighter and their health."""

    character_id: CharacterId
    user_id: UserId
    character_name: str
    faction: str
    level: int
    health: int
    max_health: int


class AbilityInfo(Struct, kw_only=True):
    """A spell that can be cast in a fight.

    ``kind`` is damage or heal, ``power`` a percentage of the caster's attack, ``level`` the lowest level that
    may cast it, and ``ready_at`` the end of its cooldown, if it is on one.
    """

    name: str
    title: str
    description: str
    kind: str
    power: int
    cooldown_ms: int
    stamina_cost: int
    level: int
    ready_at: datetime | None


class RemedyInfo(Struct, kw_only=True):
    """An item in your inventory that heals; ``id`` is its row there."""

    id: int
    item_id: int
    name: str
    heals: int
    quantity: int


class Fields(TypedDict):
    """Fields of every event of a fight."""

    combat_id: int
    user_ids: list[UserId]
    step: int


class CombatEvent(Event, kw_only=True):
    """Base of the events of a fight; ``user_ids`` are both characters' owners, the attacker's first."""

    combat_id: int
    user_ids: list[UserId]
    step: int

    def audience(self) -> tuple[Topic, ...]:
        return tuple(topics.in_world(user_id) for user_id in self.user_ids)


class CombatStart(CombatEvent):
    """Sent when a fight begins."""

    attacker_id: CharacterId
    target_id: CharacterId
    location_id: int
    fighters: list[FighterInfo]


class CombatDamage(CombatEvent):
    """Sent when a fighter was hit; ``health`` is what the target has left.

    ``amount`` equals ``damage``; it is the name that ``combat_heal`` uses.
    """

    answers: ClassVar[tuple[str, ...]] = ("combat_action",)

    attacker_id: CharacterId
    target_id: CharacterId
    action_type: Literal["attack", "spell"]
    ability_name: str | None
    damage: int
    amount: int
    critical: bool
    health: int
    max_health: int


class CombatHeal(CombatEvent):
    """Sent when a fighter healed, by a spell or an item of their own."""

    answers: ClassVar[tuple[str, ...]] = ("combat_action",)

    target_id: CharacterId
    action_type: Literal["spell", "item"]
    ability_name: str | None
    item: str | None
    amount: int
    health: int
    max_health: int


class CombatEnd(CombatEvent):
    """Sent when a fight is over.

    ``reason`` is defeated, fled or disconnected. A defeated character is back at its faction's home with full
    health. ``xp`` is what the winner earned.
    """

    winner_id: CharacterId
    loser_id: CharacterId
    reason: str
    xp: int


class CombatState(Reply, kw_only=True):
    """The state of your fight, if any, and what you can use in it; sent on request and after a reconnect."""

    combat_id: int | None
    step: int
    fighters: list[FighterInfo]
    abilities: list[AbilityInfo]
    remedies: list[RemedyInfo]
