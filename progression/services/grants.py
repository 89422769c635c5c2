"""Giving and taking: experience, money and items, once a key."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.ids import UserId
from core.statements import statement
from progression import ledger, selectors
from progression.currencies import DeclaredCurrency, declared
from progression.events import DailyRewardClaimed, LevelUp, StatsChanged
from progression.models import Currency, Item, Player
from progression.models.tuning import growth
from progression.refusals import ClaimedToday
from progression.shapes import DailyReward
from realtime.publishing import publish

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Granted:
    """The result of a grant.

    ``items`` are ``{item, item_id, name, rarity, quantity}``; ``level_up`` is the level reached, or None;
    ``currencies`` is what the balances of declared currencies took in.
    """

    xp: int
    gold: int
    gems: int
    items: list[dict[str, Any]]
    level_up: int | None
    currencies: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def grant(
    user_id: UserId,
    *,
    xp: int = 0,
    gold: int = 0,
    gems: int = 0,
    items: Iterable[tuple[str, int]] = (),
    currencies: Mapping[str, int] | None = None,
    cause: str,
    key: str = "",
) -> Granted:
    """Give a user experience, money and items (pairs of slug and quantity), and publish a new level.

    ``currencies`` are amounts of declared ones, whose balances are filled up to their bounds. Nothing may be
    negative; unknown items are left out. A repeated ``key`` grants nothing and returns the first result.
    """
    currencies = currencies or {}
    if min(xp, gold, gems, *currencies.values()) < 0:
        raise ValueError("A grant takes nothing away")
    player = ledger.lock(user_id)[user_id]
    before = ledger.receipt(player, key)
    if before is not None:
        return Granted(**before)
    for currency, amount in ((Currency.GOLD, gold), (Currency.GEMS, gems)):
        if amount:
            ledger.enter_money(player, currency, amount, cause=cause, key=key)
    filled = _fill(player, currencies, cause, key)
    given = _give_items(player, dict(items), cause, key)
    level = player.level
    _add_xp(player, xp)
    ledger.store(player)
    if player.level > level:
        publish(LevelUp(user_id=user_id, level=player.level, stat_points=player.stat_points))
        publish(StatsChanged(user_id=user_id))
    granted = Granted(
        xp=xp,
        gold=gold,
        gems=gems,
        items=given,
        level_up=player.level if player.level > level else None,
        currencies=filled,
    )
    ledger.store_receipt(player, key, asdict(granted))
    return granted


def _fill(player: Player, wanted: Mapping[str, int], cause: str, key: str) -> dict[str, int]:
    """Add money of declared currencies up to their bounds; return how much."""
    if not wanted:
        return {}
    known = {name: _declared(name) for name in wanted}
    there, filled = ledger.balances(player.pk), {}
    today = timezone.now().date()
    is_limited = any(one.at_most_a_day is not None for one in known.values())
    earned = ledger.earned_on(player.pk, today) if is_limited else {}
    for name, amount in wanted.items():
        room = known[name].at_most - there.get(name, 0)
        a_day = known[name].at_most_a_day
        if a_day is not None:
            room = min(room, a_day - earned.get(name, 0))
        filled[name] = max(0, min(amount, room))
        if filled[name]:
            ledger.move_money(player, name, filled[name], cause=cause, key=key)
            if a_day is not None:
                ledger.note_earned(player.pk, name, earned.get(name, 0) + filled[name], today)
    return filled


def _declared(name: str) -> DeclaredCurrency:
    try:
        return declared()[name]
    except KeyError:
        raise ValueError(f"No app declares a currency {name!r}") from None


@transaction.atomic
def take(
    user_id: UserId,
    *,
    money: Mapping[str, int],
    items: Iterable[tuple[str, int]] = (),
    cause: str,
    key: str = "",
) -> dict[str, int]:
    """Take money and items (pairs of slug and quantity), all or nothing; return the balances left.

    A repeated ``key`` takes nothing and returns the first result. Raises ``NotEnoughGold``,
    ``NotEnoughGems``, ``NotEnoughOfCurrency``, ``NotEnoughItems``.
    """
    quantities = dict(items)
    if min([*money.values(), *quantities.values()], default=1) < 0:
        raise ValueError("Taking gives nothing")
    player = ledger.lock(user_id)[user_id]
    before: dict[str, int] | None = ledger.receipt(player, key)
    if before is not None:
        return before
    for name, amount in money.items():
        if name not in Currency.values:
            _declared(name)
        if amount:
            ledger.move_money(player, name, -amount, cause=cause, key=key)
    taken = _items(quantities) if quantities else []
    if len(taken) < len(quantities):
        raise ValueError(f"Unknown items among {', '.join(quantities)}")
    for item in taken:
        ledger.move_items(player, item, -quantities[item.slug], cause=cause, key=key)
    others = ledger.balances(user_id)
    left = {name: getattr(player, name) if name in Currency.values else others.get(name, 0) for name in money}
    ledger.store_receipt(player, key, left)
    return left


@statement
def _items(slugs: Collection[str]) -> QuerySet[Item]:
    return Item.objects.filter(slug__in=slugs).order_by("pk")


def _give_items(player: Player, quantities: Mapping[str, int], cause: str, key: str) -> list[dict[str, Any]]:
    """Add these quantities of items, by slug; return their descriptions."""
    given = _items(quantities) if quantities else []
    for item in given:
        ledger.move_items(player, item, quantities[item.slug], cause=cause, key=key)
    if len(given) < len(quantities):
        unknown = sorted(set(quantities) - {item.slug for item in given})
        logger.warning("A grant to user %d contains unknown items: %s", player.pk, ", ".join(unknown))
    return [
        {
            "item": item.slug,
            "item_id": item.pk,
            "name": item.name,
            "rarity": item.rarity,
            "quantity": quantities[item.slug],
        }
        for item in given
    ]


def _add_xp(player: Player, xp: int) -> None:
    before = player.level
    # With the old maximum; the new level's applies from now on.
    player.stamina, player.stamina_at = selectors.stamina(player, timezone.now())
    player.xp += xp
    player.stat_points += growth().points_a_level * (player.level - before)


@transaction.atomic
def claim_daily_reward(user_id: UserId) -> DailyReward:
    """Grant today's reward (UTC), which grows with consecutive days.

    Raises ``ClaimedToday``.
    """
    today = timezone.now().date()
    ledger.lock(user_id)
    daily = selectors.daily_reward(user_id, today)
    if daily.claimed:
        raise ClaimedToday("The reward of today has been given; come back tomorrow.")
    key = selectors.daily_key(today.toordinal())
    grant(user_id, gold=daily.gold, cause="daily reward", key=key)
    publish(DailyRewardClaimed(user_id=user_id))
    return msgspec.structs.replace(daily, claimed=True)
