"""What happens in a fight, told to both who fight.

``step`` counts the changes of a fight. Where events of one moment come in another order, the one with the
higher step is how things stand.
"""

from datetime import datetime
from typing import ClassVar, Literal, TypedDict

from msgspec import Struct

from realtime import topics
from realtime.messages import Event, Reply
from realtime.topics import Topic


class FighterInfo(Struct, kw_only=True):
    """Who fights, and how they are."""

    character_id: int
    user_id: int
    character_name: str
    faction: str
    level: int
    health: int
    max_health: int


class AbilityInfo(Struct, kw_only=True):
    """A spell: ``kind`` is damage or heal, ``power`` in percent of one's attack, ``level`` the first that may
    cast it, ``ready_at`` when it can be cast again, if not now.
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
    """An item of the own inventory that heals; ``id`` is its row there."""

    id: int
    item_id: int
    name: str
    heals: int
    quantity: int


class Fields(TypedDict):
    """What all events of a fight hold."""

    combat_id: int
    user_ids: list[int]
    step: int


class CombatEvent(Event, kw_only=True):
    """Anything that happens in a fight; ``user_ids`` are whose characters fight, the attacker's first."""

    combat_id: int
    user_ids: list[int]
    step: int

    def audience(self) -> tuple[Topic, ...]:
        return tuple(topics.in_world(user_id) for user_id in self.user_ids)


class CombatStart(CombatEvent):
    """A fight begins."""

    attacker_id: int
    target_id: int
    location_id: int
    fighters: list[FighterInfo]


class CombatDamage(CombatEvent):
    """One has struck the other, whose ``health`` is this now; ``amount`` is ``damage`` by the name that
    ``combat_heal`` has for it.
    """

    answers: ClassVar[tuple[str, ...]] = ("combat_action",)

    attacker_id: int
    target_id: int
    action_type: Literal["attack", "spell"]
    ability_name: str | None
    damage: int
    amount: int
    critical: bool
    health: int
    max_health: int


class CombatHeal(CombatEvent):
    """One has been healed, by a spell or an item of their own."""

    answers: ClassVar[tuple[str, ...]] = ("combat_action",)

    target_id: int
    action_type: Literal["spell", "item"]
    ability_name: str | None
    item: str | None
    amount: int
    health: int
    max_health: int


class CombatEnd(CombatEvent):
    """The fight is over. ``reason`` is defeated, fled or disconnected; who was defeated is back at their
    faction's home, in good health. ``xp`` is what the winner has learnt.
    """

    winner_id: int
    loser_id: int
    reason: str
    xp: int


class CombatState(Reply, kw_only=True):
    """How the own fight stands, if there is one, and what one can do; told when asked for, and on return."""

    combat_id: int | None
    step: int
    fighters: list[FighterInfo]
    abilities: list[AbilityInfo]
    remedies: list[RemedyInfo]
