"""Queries about players: level, stats, stamina and daily reward."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import BigIntegerField, QuerySet, TextField, Value
from django.utils import timezone

from core.ids import UserId
from core.statements import statement, together
from progression import currencies, rules, shapes
from progression.models import Pet, Player, Receipt, Stack
from progression.models.tuning import growth
from progression.selectors.belongings import shown_pets, shown_stacks, shown_stats
from progression.selectors.money import declared_money


def regeneration() -> rules.Regeneration:
    """Return this server's stamina regeneration."""
    return rules.Regeneration(settings.STAMINA_REGEN_PERCENT, settings.STAMINA_REGEN_INTERVAL)


def stamina(player: Player, now: datetime) -> rules.Stamina:
    """Return the player's stamina at ``now``."""
    numbers = growth()
    return rules.regenerated(
        rules.Stamina(player.stamina, player.stamina_at),
        now,
        maximum=numbers.max_stamina(numbers.player.level_at(player.xp)),
        by=regeneration(),
    )


@statement
def stored_players(user_ids: Collection[UserId]) -> QuerySet[Player]:
    """Return the players of those of these users who have one."""
    return Player.objects.filter(pk__in=user_ids)


@statement
def _experience(user_ids: Collection[UserId]) -> QuerySet[Player, tuple[UserId, int]]:
    return Player.objects.filter(pk__in=user_ids).values_list("pk", "xp")


@statement
def _worn(user_ids: Collection[UserId]) -> QuerySet[Stack]:
    return Stack.objects.filter(player__in=user_ids, worn_in__isnull=False).select_related("item")


@statement
def _pet_sets(user_ids: Collection[UserId]) -> QuerySet[Pet]:
    in_sets = Pet.objects.filter(player__in=user_ids, place__isnull=False)
    return in_sets.select_related("species").order_by("place")


@statement
def _stats_of(user_ids: Collection[UserId]) -> QuerySet[Any, tuple[Any, ...]]:
    """Return what gives these users their stats: user, kind, family and experience, then the five stats."""
    players = Player.objects.filter(pk__in=user_ids)
    worn = Stack.objects.filter(player__in=user_ids, worn_in__isnull=False)
    pets = Pet.objects.filter(player__in=user_ids, place__isnull=False)
    item, species = ([f"{model}__{stat}" for stat in rules.STATS] for model in ("item", "species"))
    return players.values_list("pk", _text("player"), _text(""), "xp", *rules.STATS).union(
        worn.values_list("player", _text("gear"), _text(""), Value(0, BigIntegerField()), *item),
        pets.values_list("player", _text("pet"), "species__family", "xp", *species),
        all=True,
    )


def _text(value: str) -> Value:
    return Value(value, TextField())


def player(user_id: UserId) -> Player:
    """Return the stored player, or an unsaved one with initial values."""
    return stored_players.first([user_id]) or Player(pk=user_id)


def levels(user_ids: Iterable[UserId]) -> dict[UserId, int]:
    """Return the levels of those of these users who have a player."""
    rows = _experience(list(user_ids))
    curve = growth().player
    return {user_id: curve.level_at(xp) for user_id, xp in rows}


def combat_stats(user_id: UserId) -> rules.Combat:
    """Return the user's combat values from level, stats, gear and pets."""
    return combat_stats_of([user_id])[user_id]


def combat_stats_of(user_ids: Iterable[UserId]) -> dict[UserId, rules.Combat]:
    """Return the combat values of each of these users."""
    return {user_id: strength.combat for user_id, strength in strengths_of(user_ids).items()}


class Strength(NamedTuple):
    """The level and the combat values of a user."""

    level: int
    combat: rules.Combat


def strengths_of(user_ids: Iterable[UserId]) -> dict[UserId, Strength]:
    """Return the level and the combat values of each of these users, in one query."""
    curves = growth()
    levels = dict.fromkeys(user_ids, 1)
    own = dict.fromkeys(levels, rules.FIRST_STATS)
    gear: defaultdict[UserId, list[rules.Stats]] = defaultdict(list)
    pets: defaultdict[UserId, list[rules.PetInSet]] = defaultdict(list)
    for user_id, kind, family, xp, *values in _stats_of(levels):
        stats = rules.Stats(*values)
        if kind == "player":
            levels[user_id], own[user_id] = curves.player.level_at(xp), stats
        elif kind == "gear":
            gear[user_id].append(stats)
        else:
            pets[user_id].append(rules.PetInSet(family, curves.pet.level_at(xp), stats))
    return {
        user_id: Strength(
            level,
            rules.derived(
                level,
                own[user_id].plus(rules.total(gear[user_id])).plus(rules.pet_bonus(pets[user_id])),
            ),
        )
        for user_id, level in levels.items()
    }


def bonuses(worn: Iterable[Stack], pets: Iterable[Pet]) -> rules.Stats:
    """Return the bonuses of gear and pets."""
    curve = growth().pet
    in_set = [rules.PetInSet(pet.species.family, curve.level_at(pet.xp), pet.species.stats) for pet in pets]
    return rules.total([stack.item.stats for stack in worn]).plus(rules.pet_bonus(in_set))


def shown_player(player: Player, username: str) -> shapes.PlayerShape:
    """Return the player as shown to its user."""
    now = timezone.now()
    numbers = growth()
    level = numbers.player.level_at(player.xp)
    maximum = numbers.max_stamina(level)
    worn, pets = together(_worn.bound([player.pk]), _pet_sets.bound([player.pk]))
    extra = bonuses(worn, pets)
    fight = rules.derived(level, player.stats.plus(extra))
    there = stamina(player, now)
    in_slots = {stack.worn_in: stack for stack in worn}
    return shapes.PlayerShape(
        id=player.pk,
        username=username,
        level=level,
        xp=player.xp,
        xp_to_next=numbers.player.to_next(player.xp),
        level_began_at_xp=numbers.player.begins_at(level),
        stat_points=player.stat_points,
        stats=shown_stats(player.stats),
        bonuses=shown_stats(extra),
        derived=shapes.Derived(**asdict(fight)),
        gold=player.gold,
        gems=player.gems,
        currencies=declared_money(player.pk),
        stamina=int(there.value),
        max_stamina=maximum,
        stamina_full_at=rules.full_at(there, maximum=maximum, by=regeneration()),
        stamina_regeneration=shapes.Regeneration(
            amount=float(regeneration().fraction * maximum),
            interval_s=regeneration().interval,
        ),
        equipped={
            slot: shown_stacks([in_slots[slot]])[0] if slot in in_slots else None
            for slot in currencies.slots()
        },
        pet_set=shown_pets(pets),
    )


def daily_key(day: int) -> str:
    """Return the idempotency key of the reward of a day (its ordinal)."""
    return f"daily:{day}"


@statement
def _claimed(user_id: UserId, keys: Collection[str]) -> QuerySet[Receipt, str]:
    return Receipt.objects.filter(player=user_id, key__in=keys).values_list("key", flat=True)


def daily_reward(user_id: UserId, today: date) -> shapes.DailyReward:
    """Return today's reward for the user."""
    ordinal = today.toordinal()
    days = [daily_key(ordinal - back) for back in range(rules.DAYS_THAT_COUNT)]
    claimed = set(_claimed(user_id, days))
    in_a_row = 1 + len(list(itertools.takewhile(claimed.__contains__, days[1:])))
    return shapes.DailyReward(
        claimed=days[0] in claimed, days=in_a_row, gold=growth().gold_for_coming_back(in_a_row)
    )
