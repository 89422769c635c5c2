"""Queries about battles."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from core.ids import UserId
from core.statements import statement
from game.battles import events, shapes
from game.battles.models import Battle, BattleTemplate, Enemy, Fighter
from game.battles.refusals import NotInBattle, UnknownBattle


def ws_url(battle_id: int) -> str:
    """Return the path of the battle's socket."""
    return f"/ws/battle/{battle_id}"


def enemy_states(enemies: Iterable[Enemy]) -> list[events.EnemyState]:
    """Return the state of these enemies."""
    return [
        events.EnemyState(id=enemy.pk, name=enemy.name, hp=enemy.hp, max_hp=enemy.max_hp) for enemy in enemies
    ]


def fighter_states(fighters: Iterable[Fighter]) -> list[events.FighterState]:
    """Return the state of these fighters."""
    return [
        events.FighterState(
            user_id=fighter.user_id,
            username=fighter.user.username,
            hp=fighter.hp,
            max_hp=fighter.max_hp,
            damage_dealt=fighter.damage_dealt,
            connected=bool(fighter.socket),
        )
        for fighter in fighters
    ]


def _under_way() -> QuerySet[Any]:
    return Battle.objects.filter(state__in=Battle.UNDER_WAY).annotate(players=Count("fighters"))


def joinable() -> QuerySet[Any]:
    """Return the unfinished battles with a free place, annotated with their number of ``players``."""
    return _under_way().filter(players__lt=F("max_players"))


def available(user_id: UserId) -> list[shapes.AvailableBattle]:
    """Return the battles that this user can join or has joined, easiest first."""
    mine = Fighter.objects.filter(battle=OuterRef("pk"), user_id=user_id)
    can_join = Q(players__lt=F("max_players"), template__is_offered=True)
    battles = _under_way().annotate(joined=Exists(mine)).filter(can_join | Q(joined=True))
    return [
        shapes.AvailableBattle(
            id=battle.pk,
            name=battle.name,
            level=battle.level,
            enemies=enemy_states(sorted(battle.enemies.all(), key=lambda enemy: enemy.number)),
            players=battle.players,
            max_players=battle.max_players,
            stamina_cost=battle.stamina_cost,
            state=battle.state,
            joined=battle.joined,
        )
        for battle in battles.prefetch_related("enemies").order_by("level", "pk")
    ]


def check_fighter(user_id: UserId, battle_id: int) -> None:
    """Check that the user has joined the battle. Raises ``UnknownBattle``, ``NotInBattle``."""
    if not Fighter.objects.filter(battle=battle_id, user=user_id).exists():
        raise NotInBattle if Battle.objects.filter(pk=battle_id).exists() else UnknownBattle


def battle_state(battle_id: int, user_id: UserId) -> shapes.BattleState:
    """Return the complete state of a battle, for one of its fighters.

    Raises ``UnknownBattle``, ``NotInBattle``.
    """
    battle = Battle.objects.filter(pk=battle_id).first()
    if battle is None:
        raise UnknownBattle
    fighters = fighters_of(battle_id)
    if all(fighter.user_id != user_id for fighter in fighters):
        raise NotInBattle
    return shown_battle(battle, battle.enemies.order_by("number"), fighters, user_id)


@statement
def fighters_of(battle_id: int) -> QuerySet[Fighter]:
    """Return the fighters of a battle, with their users, in the order in which they joined."""
    return Fighter.objects.filter(battle=battle_id).select_related("user").order_by("pk")


def shown_battle(
    battle: Battle, enemies: Iterable[Enemy], fighters: Sequence[Fighter], user_id: UserId
) -> shapes.BattleState:
    """Return the complete state of a battle, for this one of its fighters."""
    mine = next(fighter for fighter in fighters if fighter.user_id == user_id)
    return shapes.BattleState(
        id=battle.pk,
        name=battle.name,
        level=battle.level,
        state=battle.state,
        enemies=enemy_states(enemies),
        players=fighter_states(fighters),
        max_players=battle.max_players,
        stamina_cost=battle.stamina_cost,
        step=battle.step,
        user_id=user_id,
        loot_claimed=mine.loot is not None,
    )


def past_battles(user_id: UserId) -> QuerySet[Fighter]:
    """Return the user's parts in finished battles."""
    return Fighter.objects.filter(user_id=user_id, battle__state__in=Battle.OVER).select_related("battle")


def past_battle(fighter: Fighter) -> shapes.PastBattle:
    """Return a fighter's part in a finished battle."""
    battle = fighter.battle
    return shapes.PastBattle(
        id=battle.pk,
        name=battle.name,
        level=battle.level,
        state=battle.state,
        damage_dealt=fighter.damage_dealt,
        hp=fighter.hp,
        max_hp=fighter.max_hp,
        loot=None if fighter.loot is None else msgspec.convert(fighter.loot, shapes.LootShape),
        loot_claimed=fighter.loot is not None,
        joined_at=fighter.joined_at,
        finished_at=battle.finished_at,  # type: ignore[arg-type]  # a battle that is over has it
    )


def templates_to_offer() -> list[int]:
    """Return the offered templates of which no battle is open to join."""
    offered = BattleTemplate.objects.filter(is_offered=True, lineup__isnull=False).distinct()
    missing = offered.exclude(Exists(joinable().filter(template=OuterRef("pk"))))
    return list(missing.order_by("pk").values_list("pk", flat=True))


@statement
def waiting(until: datetime) -> QuerySet[Battle, int]:
    """Return the battles whose enemies act before ``until``."""
    return Battle.objects.filter(acts_at__lte=until).values_list("pk", flat=True)


def due() -> list[int]:
    """Return the battles whose enemies are due to act, longest waiting first."""
    late = Battle.objects.filter(acts_at__lte=timezone.now()).order_by("acts_at")
    return list(late.values_list("pk", flat=True)[:100])


def open_sockets() -> list[tuple[int, UserId, str]]:
    """Return the sockets of unfinished battles as (battle id, user id, socket)."""
    there = Fighter.objects.filter(battle__state__in=Battle.UNDER_WAY).exclude(socket="")
    return list(there.values_list("battle_id", "user_id", "socket"))
