"""Services of battles.

Each change is one transaction under the lock of the battle's row, so any worker can make it and none is lost.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core import due, maintenance
from core.ids import UserId
from core.refusals import Refusal
from core.statements import Bound, Insert, Update, statement, together
from game import combat
from game.battles import events, rules, selectors
from game.battles.models import Battle, BattleTemplate, Enemy, Fighter
from game.battles.refusals import (
    AttackOnCooldown,
    BattleFull,
    BattleNotWon,
    BattleOver,
    EnemyIsDefeated,
    FighterFallen,
    LootClaimed,
    NoFairShare,
    NotInBattle,
    UnknownBattle,
    UnknownEnemy,
)
from game.battles.shapes import BattleState, LootShape
from progression import services as progression
from progression.achievements import services as achievements
from progression.achievements.metrics import Metric
from progression.selectors import combat_stats, combat_stats_of
from realtime.publishing import publish

LOOK = "battles"
MAX_SEED = 2**63

Row = TypeVar("Row")


class AttackOutcome(NamedTuple):
    """The result of an attack, and the battle's state after it."""

    hit: combat.Hit
    enemy_hp: int
    state: str


@transaction.atomic
def join(*, user_id: UserId, battle_id: int) -> BattleState:
    """Join a battle at the cost of stamina, or find the place that the user has; return the battle's state.

    Raises ``UnknownBattle``, ``UnderMaintenance``, ``BattleOver``, ``BattleFull``, ``NotEnoughStamina``.
    """
    battle = _locked(battle_id)
    now = timezone.now()
    entered, fighters, enemies = together(
        _enter.bound(battle_id, user_id, combat_stats(user_id).max_hp, now),
        selectors.fighters_of.bound(battle_id),
        _enemies_of.bound(battle_id),
    )
    if not entered:
        return selectors.shown_battle(battle, enemies, fighters, user_id)
    maintenance.check(user_id)
    if battle.state in Battle.OVER:
        raise BattleOver
    if len(fighters) > battle.max_players:
        raise BattleFull
    progression.spend_stamina(user_id, amount=battle.stamina_cost, cause=_cause(battle))
    living = [enemy for enemy in enemies if enemy.hp]
    for enemy in living:
        grown = combat.scaled_hp(enemy.base_hp, len(fighters))
        enemy.hp, enemy.max_hp = enemy.hp + grown - enemy.max_hp, grown
        if enemy.acts_at is None:
            enemy.acts_at = now + rules.START_WITHIN
    _save_enemies(living)
    _save_step(battle, living)
    publish(_joined(battle, next(one for one in fighters if one.user_id == user_id), enemies))
    if len(fighters) == battle.max_players:
        offer(battle.template_id)
    return selectors.shown_battle(battle, enemies, fighters, user_id)


@transaction.atomic
def attack(*, user_id: UserId, battle_id: int, enemy_id: int) -> AttackOutcome:
    """Attack an enemy; the damage depends on the attacker's stats.

    Raises ``UnknownBattle``, ``NotInBattle``, ``BattleOver``, ``FighterFallen``, ``UnknownEnemy``,
    ``EnemyIsDefeated``, ``AttackOnCooldown``.
    """
    battle, enemies = _locked_with(_enemies_of.bound(battle_id), battle_id)
    now = timezone.now()
    target = next((enemy for enemy in enemies if enemy.pk == enemy_id), None)
    if target is None or target.hp == 0 or battle.state in Battle.OVER:
        raise _why_not(battle, user_id, target, now)
    hit = combat.strike(combat_stats(user_id), target, rules.generator(battle.seed, battle.step))
    # The attack counts only for a fighter who may attack now.
    if not _strike.count(battle_id, user_id, hit.damage, now, now + rules.COOLDOWN):
        raise _why_not(battle, user_id, target, now)

    target.hp = max(0, target.hp - hit.damage)
    living = [enemy for enemy in enemies if enemy.hp]
    if battle.state == Battle.State.WAITING:
        _begin(battle, living, now)
        changed = enemies
    else:
        changed = [target]
    if target.hp == 0:
        target.acts_at = None
    _save_enemies(changed)
    _save_step(battle, living)
    publish(
        events.Attack(
            battle_id=battle.pk,
            user_id=user_id,
            enemy_id=target.pk,
            damage=hit.damage,
            critical=hit.critical,
            enemy_hp=target.hp,
            step=battle.step,
        )
    )
    if target.hp == 0:
        publish(
            events.EnemyDefeated(battle_id=battle.pk, enemy_id=target.pk, user_id=user_id, step=battle.step)
        )
    if not living:
        _end(battle, Battle.State.WON, now)
    return AttackOutcome(hit, target.hp, battle.state)


def _why_not(battle: Battle, user_id: UserId, target: Enemy | None, now: datetime) -> Refusal:
    """Return the reason why the user cannot attack this enemy now."""
    fighter = _fighter(battle, user_id)
    if battle.state in Battle.OVER:
        return BattleOver()
    if fighter.hp == 0:
        return FighterFallen()
    if target is None:
        return UnknownEnemy()
    if target.hp == 0:
        return EnemyIsDefeated()
    return AttackOnCooldown(retry_after=round((fighter.ready_at - now).total_seconds(), 3))


@transaction.atomic
def act(*, battle_id: int) -> bool:
    """Make enemies act that are due; return False if none is, or if another worker holds the lock."""
    now = timezone.now()
    due = Battle.objects.select_for_update(skip_locked=True).filter(pk=battle_id, acts_at__lte=now)
    battle = due.first()
    if battle is None:
        return False
    enemies = _living(battle)
    fighters = list(battle.fighters.order_by("pk"))
    if battle.state == Battle.State.WAITING:
        battle.state = Battle.State.ACTIVE
    random = rules.generator(battle.seed, battle.step)
    factor = combat.attack_factor(len(fighters))
    stats = combat_stats_of(fighter.user_id for fighter in fighters)
    struck: list[tuple[Enemy, Fighter, combat.Hit, int]] = []
    for enemy in enemies:
        standing = [fighter for fighter in fighters if fighter.hp]
        if enemy.acts_at is None or enemy.acts_at > now or not standing:
            continue
        target = random.choice(standing)
        hit = combat.strike(enemy, stats[target.user_id], random, factor=factor)
        target.hp = max(0, target.hp - hit.damage)
        enemy.acts_at = rules.next_action(enemy.acts_at, now, timedelta(milliseconds=enemy.acts_every_ms))
        struck.append((enemy, target, hit, target.hp))
    _save_enemies(enemies)
    for fighter in fighters:
        _save_health.later(fighter.pk, fighter.hp)
    _save_step(battle, enemies)
    for enemy, target, hit, hp in struck:
        publish(
            events.EnemyAttack(
                battle_id=battle.pk,
                enemy_id=enemy.pk,
                user_id=target.user_id,
                damage=hit.damage,
                critical=hit.critical,
                player_hp=hp,
                step=battle.step,
            )
        )
    if not any(fighter.hp for fighter in fighters):
        _end(battle, Battle.State.LOST, now)
    return True


@transaction.atomic
def claim_loot(*, user_id: UserId, battle_id: int) -> LootShape:
    """Take what the battle gives, once.

    Raises ``UnknownBattle``, ``NotInBattle``, ``BattleNotWon``, ``NoFairShare``, ``LootClaimed``.
    """
    battle, rows = _locked_with(_parts_of.bound(battle_id), battle_id)
    parts = {user: part for user, *part in rows}
    if user_id not in parts:
        raise NotInBattle
    if battle.state != Battle.State.WON:
        raise BattleNotWon
    damages, attacks, _ = zip(*parts.values(), strict=True)
    damage, strikes, loot = parts[user_id]
    if not (rules.has_fair_share(damage, damages) or rules.has_fair_share(strikes, attacks)):
        raise NoFairShare
    if loot is not None:
        raise LootClaimed
    reward = _reward(battle.template_id)
    xp, gold, *_ = reward[0]
    chances = [rules.Chance(item, percent, quantity) for *_, item, percent, quantity in reward if item]
    given = progression.grant(
        user_id,
        xp=xp,
        gold=gold,
        items=rules.loot(sorted(chances), rules.generator(battle.seed, f"loot of {user_id}")),
        cause=_cause(battle),
    )
    loot = {
        "xp": given.xp,
        "gold": given.gold,
        "items": given.items,
        "level_up": given.level_up is not None,
    }
    _save_loot.later(battle_id, user_id, loot)
    achievements.record_locked(user_id, metric=Metric.BATTLES_WON)
    return msgspec.convert(loot, LootShape)


@transaction.atomic
def connect(*, user_id: UserId, battle_id: int, socket: str) -> str:
    """Record the player's new socket; return the address of the previous one, which must be closed, or "".

    Raises ``UnknownBattle``, ``NotInBattle``.
    """
    battle = _locked(battle_id)
    fighter = _fighter(battle, user_id)
    before, fighter.socket = fighter.socket, socket
    fighter.save(update_fields=["socket"])
    if not before:
        _save_step(battle)
        publish(_joined(battle, fighter, _enemies_of(battle_id)))
    return before


@transaction.atomic
def disconnect(*, user_id: UserId, battle_id: int, socket: str) -> None:
    """Record that a socket was closed; does nothing if a newer one has replaced it.

    The player stays in the battle.
    """
    battle = _for_update.first(battle_id)
    if battle is None:
        return
    fighter = _fighter_of.first(battle_id, user_id)
    if fighter is None or fighter.socket != socket:
        return
    fighter.socket = ""
    fighter.save(update_fields=["socket"])
    _save_step(battle)
    publish(
        events.PlayerLeft(
            battle_id=battle.pk, user_id=user_id, username=fighter.user.username, step=battle.step
        )
    )


@transaction.atomic
def offer(template_id: int) -> None:
    """Ensure that a battle of this template is open to join while the template is offered."""
    # The lock prevents two transactions from each creating the missing battle.
    template = BattleTemplate.objects.select_for_update(no_key=True).filter(pk=template_id).first()
    if template is None or not template.is_offered:
        return
    if selectors.joinable().filter(template=template).exists():
        return
    lineup = list(template.lineup.select_related("enemy").order_by("pk"))
    if not lineup:
        return
    battle = Battle.objects.create(
        template=template,
        name=template.name,
        level=template.level,
        max_players=template.max_players,
        stamina_cost=template.stamina_cost,
        seed=secrets.randbelow(MAX_SEED),
    )
    sorts = [line.enemy for line in lineup for _ in range(line.count)]
    Enemy.objects.bulk_create(
        Enemy(
            battle=battle,
            number=number,
            name=sort.name,
            base_hp=sort.max_hp,
            hp=sort.max_hp,
            max_hp=sort.max_hp,
            attack=sort.attack,
            defense=sort.defense,
            critical_percent=sort.critical_percent,
            acts_every_ms=sort.acts_every_ms,
        )
        for number, sort in enumerate(sorts)
    )


def offer_all() -> None:
    """Ensure that a battle of every offered template is open to join."""
    for template_id in selectors.templates_to_offer():
        offer(template_id)


def _cause(battle: Battle) -> str:
    return f"battle: {battle.name}"


@statement
def _for_update(battle_id: int) -> QuerySet[Battle]:
    return Battle.objects.select_for_update().filter(pk=battle_id)


@statement
def _fighter_of(battle_id: int, user_id: UserId) -> QuerySet[Fighter]:
    return Fighter.objects.filter(battle=battle_id, user=user_id).select_related("user")


@statement
def _enemies_of(battle_id: int) -> QuerySet[Enemy]:
    return Enemy.objects.filter(battle=battle_id).order_by("number")


@statement
def _parts_of(battle_id: int) -> QuerySet[Fighter, tuple[int, int, int, Any]]:
    return Fighter.objects.filter(battle=battle_id).values_list("user_id", "damage_dealt", "attacks", "loot")


@statement
def _reward(template_id: int) -> QuerySet[BattleTemplate, tuple[Any, ...]]:
    """Return the experience and the gold with each line of the drop table; once with None if it is empty."""
    lines = ("drops__item_id", "drops__percent", "drops__quantity")
    return BattleTemplate.objects.filter(pk=template_id).values_list("xp", "gold", *lines)


@statement
def _enter(battle_id: int, user_id: UserId, hp: int, now: datetime) -> Insert:
    return Insert(
        Fighter,
        battle=battle_id,
        user=user_id,
        hp=hp,
        max_hp=hp,
        ready_at=now,
        conflict=("battle", "user"),
        returning=("id",),
    )


@statement
def _strike(battle_id: int, user_id: UserId, damage: int, now: datetime, ready_at: datetime) -> Update:
    return Update(
        Fighter.objects.filter(battle=battle_id, user=user_id, hp__gt=0, ready_at__lte=now),
        damage_dealt=F("damage_dealt") + damage,
        attacks=F("attacks") + 1,
        ready_at=ready_at,
    )


@statement
def _save_health(fighter_id: int, hp: int) -> Update:
    return Update(Fighter.objects.filter(pk=fighter_id), hp=hp)


@statement
def _save_loot(battle_id: int, user_id: UserId, loot: Any) -> Update:
    return Update(Fighter.objects.filter(battle=battle_id, user=user_id), loot=loot)


@statement
def _save_enemy(enemy_id: int, hp: int, max_hp: int, acts_at: datetime | None) -> Update:
    return Update(Enemy.objects.filter(pk=enemy_id), hp=hp, max_hp=max_hp, acts_at=acts_at)


def _save_enemies(enemies: Iterable[Enemy]) -> None:
    for enemy in enemies:
        _save_enemy.later(enemy.pk, enemy.hp, enemy.max_hp, enemy.acts_at)


@statement
def _save_battle(battle_id: int, step: int, state: str, acts_at: datetime | None) -> Update:
    return Update(Battle.objects.filter(pk=battle_id), step=step, state=state, acts_at=acts_at)


def _locked(battle_id: int) -> Battle:
    battle = _for_update.first(battle_id)
    if battle is None:
        raise UnknownBattle
    return battle


def _locked_with(rest: Bound[Row], battle_id: int) -> tuple[Battle, list[Row]]:
    """Return the battle and the rows of another statement, which sees them as they are under the lock."""
    battles, rows = together(_for_update.bound(battle_id), rest)
    if not battles:
        raise UnknownBattle
    return battles[0], rows


def _fighter(battle: Battle, user_id: UserId) -> Fighter:
    fighter = _fighter_of.first(battle.pk, user_id)
    if fighter is None:
        raise NotInBattle
    return fighter


def _living(battle: Battle) -> list[Enemy]:
    return [enemy for enemy in _enemies_of(battle.pk) if enemy.hp]


def _begin(battle: Battle, enemies: list[Enemy], now: datetime) -> None:
    battle.state = Battle.State.ACTIVE
    for enemy in enemies:
        enemy.acts_at = now + timedelta(milliseconds=enemy.acts_every_ms)


def _save_step(battle: Battle, living: list[Enemy] | None = None) -> None:
    """Save a change; pass ``living``, the enemies left, if their action times may have changed."""
    battle.step += 1
    if living is not None:
        battle.acts_at = min((enemy.acts_at for enemy in living if enemy.acts_at), default=None)
        if battle.acts_at is not None:
            due.wake(LOOK)
    _save_battle.later(battle.pk, battle.step, battle.state, battle.acts_at)


def _joined(battle: Battle, fighter: Fighter, enemies: Iterable[Enemy]) -> events.PlayerJoined:
    return events.PlayerJoined(
        battle_id=battle.pk,
        user_id=fighter.user_id,
        username=fighter.user.username,
        hp=fighter.hp,
        max_hp=fighter.max_hp,
        connected=bool(fighter.socket),
        enemies=selectors.enemy_states(enemies),
        step=battle.step,
    )


def _end(battle: Battle, state: Battle.State, now: datetime) -> None:
    battle.state, battle.finished_at, battle.acts_at = state, now, None
    battle.save(update_fields=["state", "finished_at", "acts_at"])
    ending = events.BattleWon if state == Battle.State.WON else events.BattleLost
    publish(ending(battle_id=battle.pk, step=battle.step))
    offer(battle.template_id)
