"""Services of battles.

Each change is one transaction under the lock of the battle's row, so any worker can make it and none is lost.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.statements import Update, statement
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
from game.battles.shapes import LootShape
from progression import services as progression
from progression.achievements import services as achievements
from progression.achievements.metrics import Metric
from progression.selectors import combat_stats, combat_stats_of
from realtime.publishing import publish

MAX_SEED = 2**63


class AttackOutcome(NamedTuple):
    """The result of an attack, and the battle's state after it."""

    hit: combat.Hit
    enemy_hp: int
    state: str


@transaction.atomic
def join(*, user_id: int, battle_id: int) -> None:
    """Join a battle at the cost of stamina; does nothing if the user has joined already.

    Raises ``UnknownBattle``, ``BattleOver``, ``BattleFull``, ``NotEnoughStamina``.
    """
    battle = _locked(battle_id)
    players = battle.fighters.count()
    if battle.fighters.filter(user_id=user_id).exists():
        return
    if battle.state in Battle.OVER:
        raise BattleOver
    if players >= battle.max_players:
        raise BattleFull
    progression.spend_stamina(
        user_id, amount=battle.stamina_cost, cause=_cause(battle), key=f"battle:{battle.pk}:join"
    )
    max_hp = combat_stats(user_id).max_hp
    now = timezone.now()
    fighter = Fighter.objects.create(battle=battle, user_id=user_id, hp=max_hp, max_hp=max_hp, ready_at=now)
    players += 1
    enemies = _living(battle)
    for enemy in enemies:
        grown = combat.scaled_hp(enemy.base_hp, players)
        enemy.hp, enemy.max_hp = enemy.hp + grown - enemy.max_hp, grown
        if enemy.acts_at is None:
            enemy.acts_at = now + rules.START_WITHIN
    Enemy.objects.bulk_update(enemies, ["hp", "max_hp", "acts_at"])
    _save_step(battle, enemies)
    publish(_joined(battle, fighter))
    if players == battle.max_players:
        offer(battle.template_id)


@transaction.atomic
def attack(*, user_id: int, battle_id: int, enemy_id: int) -> AttackOutcome:
    """Attack an enemy; the damage depends on the attacker's stats.

    Raises ``UnknownBattle``, ``NotInBattle``, ``BattleOver``, ``FighterFallen``, ``UnknownEnemy``,
    ``EnemyIsDefeated``, ``AttackOnCooldown``.
    """
    battle = _locked(battle_id)
    fighter = _fighter(battle, user_id)
    if battle.state in Battle.OVER:
        raise BattleOver
    if fighter.hp == 0:
        raise FighterFallen
    enemies = _enemies_of(battle_id)
    target = next((enemy for enemy in enemies if enemy.pk == enemy_id), None)
    if target is None:
        raise UnknownEnemy
    if target.hp == 0:
        raise EnemyIsDefeated
    now = timezone.now()
    if now < fighter.ready_at:
        raise AttackOnCooldown(retry_after=round((fighter.ready_at - now).total_seconds(), 3))

    hit = combat.strike(combat_stats(user_id), target, rules.generator(battle.seed, battle.step))
    target.hp = max(0, target.hp - hit.damage)
    fighter.damage_dealt += hit.damage
    fighter.attacks += 1
    fighter.ready_at = now + rules.COOLDOWN
    _save_attack.count(fighter.pk, fighter.damage_dealt, fighter.attacks, fighter.ready_at)
    living = [enemy for enemy in enemies if enemy.hp]
    if target.hp == 0:
        target.acts_at = None
    if battle.state == Battle.State.WAITING:
        _begin(battle, living, now)
        Enemy.objects.bulk_update(living, ["acts_at"])
    _save_enemy.count(target.pk, target.hp, target.acts_at)
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
    Enemy.objects.bulk_update(enemies, ["acts_at"])
    Fighter.objects.bulk_update(fighters, ["hp"])
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
def claim_loot(*, user_id: int, battle_id: int) -> LootShape:
    """Take what the battle gives, once.

    Raises ``UnknownBattle``, ``NotInBattle``, ``BattleNotWon``, ``NoFairShare``, ``LootClaimed``.
    """
    battle = _locked(battle_id)
    fighter = _fighter(battle, user_id)
    if battle.state != Battle.State.WON:
        raise BattleNotWon
    damages, attacks = zip(*battle.fighters.values_list("damage_dealt", "attacks"), strict=True)
    if not (
        rules.has_fair_share(fighter.damage_dealt, damages) or rules.has_fair_share(fighter.attacks, attacks)
    ):
        raise NoFairShare
    if fighter.loot is not None:
        raise LootClaimed
    template = battle.template
    chances = [
        rules.Chance(*line) for line in template.drops.values_list("item__slug", "percent", "quantity")
    ]
    given = progression.grant(
        user_id,
        xp=template.xp,
        gold=template.gold,
        items=rules.loot(sorted(chances), rules.generator(battle.seed, f"loot of {user_id}")),
        cause=_cause(battle),
        key=f"battle:{battle.pk}:loot",
    )
    fighter.loot = {
        "xp": given.xp,
        "gold": given.gold,
        "items": given.items,
        "level_up": given.level_up is not None,
    }
    fighter.save(update_fields=["loot"])
    achievements.record(user_id, metric=Metric.BATTLES_WON)
    return msgspec.convert(fighter.loot, LootShape)


@transaction.atomic
def connect(*, user_id: int, battle_id: int, socket: str) -> str:
    """Record the player's new socket; return the address of the previous one, which must be closed, or "".

    Raises ``UnknownBattle``, ``NotInBattle``.
    """
    battle = _locked(battle_id)
    fighter = _fighter(battle, user_id)
    before, fighter.socket = fighter.socket, socket
    fighter.save(update_fields=["socket"])
    if not before:
        _save_step(battle)
        publish(_joined(battle, fighter))
    return before


@transaction.atomic
def disconnect(*, user_id: int, battle_id: int, socket: str) -> None:
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
    for template_id in (
        BattleTemplate.objects.filter(is_offered=True).order_by("pk").values_list("pk", flat=True)
    ):
        offer(template_id)


def _cause(battle: Battle) -> str:
    return f"battle: {battle.name}"


@statement
def _for_update(battle_id: int) -> QuerySet[Battle]:
    return Battle.objects.select_for_update().filter(pk=battle_id)


@statement
def _fighter_of(battle_id: int, user_id: int) -> QuerySet[Fighter]:
    return Fighter.objects.filter(battle=battle_id, user=user_id).select_related("user")


@statement
def _enemies_of(battle_id: int) -> QuerySet[Enemy]:
    return Enemy.objects.filter(battle=battle_id).order_by("number")


@statement
def _save_attack(fighter_id: int, damage_dealt: int, attacks: int, ready_at: datetime) -> Update:
    fighter = Fighter.objects.filter(pk=fighter_id)
    return Update(fighter, damage_dealt=damage_dealt, attacks=attacks, ready_at=ready_at)


@statement
def _save_enemy(enemy_id: int, hp: int, acts_at: datetime | None) -> Update:
    return Update(Enemy.objects.filter(pk=enemy_id), hp=hp, acts_at=acts_at)


@statement
def _save_battle(battle_id: int, step: int, state: str, acts_at: datetime | None) -> Update:
    return Update(Battle.objects.filter(pk=battle_id), step=step, state=state, acts_at=acts_at)


def _locked(battle_id: int) -> Battle:
    battle = _for_update.first(battle_id)
    if battle is None:
        raise UnknownBattle
    return battle


def _fighter(battle: Battle, user_id: int) -> Fighter:
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
    _save_battle.count(battle.pk, battle.step, battle.state, battle.acts_at)


def _joined(battle: Battle, fighter: Fighter) -> events.PlayerJoined:
    return events.PlayerJoined(
        battle_id=battle.pk,
        user_id=fighter.user_id,
        username=fighter.user.username,
        hp=fighter.hp,
        max_hp=fighter.max_hp,
        connected=bool(fighter.socket),
        enemies=selectors.enemy_states(_enemies_of(battle.pk)),
        step=battle.step,
    )


def _end(battle: Battle, state: Battle.State, now: datetime) -> None:
    battle.state, battle.finished_at, battle.acts_at = state, now, None
    battle.save(update_fields=["state", "finished_at", "acts_at"])
    ending = events.BattleWon if state == Battle.State.WON else events.BattleLost
    publish(ending(battle_id=battle.pk, step=battle.step))
    offer(battle.template_id)
