"""Conversions of currencies and items, and draws from drop tables."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import transaction
from django.utils import timezone

from core.calls import run_before
from core.ids import UserId
from core.statements import Insert, statement
from progression import commands, currencies, selectors, tables
from progression.models import ConversionCount
from progression.refusals import BalanceFull, ConvertedEnough, NoSuchConversion
from progression.services.grants import Granted, grant, take
from progression.services.players import lock

DROPS = Random(secrets.randbits(128))
"""The dice of drop tables."""


@dataclass(frozen=True)
class Converted:
    """A conversion: what was taken, how often, and what it became."""

    taken: dict[str, int]
    times: int
    granted: Granted


@transaction.atomic
def convert(user_id: UserId, *, name: str, times: int = 1) -> Converted:
    """Turn currencies and items into others, all or nothing.

    Raises ``NoSuchConversion``, ``ConvertedEnough``, ``BalanceFull`` and the refusals of ``take``.
    """
    call = run_before(commands.Convert(name=name, times=times), user_id=user_id)
    name, times = call.name, call.times
    terms = tables.CONVERSIONS.all().get(name)
    if terms is None or not terms.is_open:
        raise NoSuchConversion
    lock(user_id)
    if terms.at_most_a_day is not None:
        _count(user_id, name, times, terms.at_most_a_day)
    taken = {what: amount * times for what, amount in terms.takes.items()}
    money, items = split(taken)
    try:
        take(user_id, money=money, items=items.items(), cause=f"conversion: {name}")
    except ValueError:
        raise NoSuchConversion("It takes something that there is no more.") from None
    gives = {what: amount * times for what, amount in terms.gives.items()}
    for _ in range(times if terms.drops else 0):
        for what, amount in drawn(terms.drops).items():
            gives[what] = gives.get(what, 0) + amount
    granted = give(user_id, goods=gives, cause=f"conversion: {name}")
    for what, amount in terms.gives.items():
        if granted.currencies.get(what, amount * times) < amount * times:
            raise BalanceFull(details={"currency": what})
    return Converted(taken, times, granted)


def _count(user_id: UserId, name: str, times: int, at_most: int) -> None:
    """Note these conversions of today. Raises ``ConvertedEnough``."""
    today = timezone.now().date()
    before = selectors.conversions_on(user_id, today).get(name, 0)
    if before + times > at_most:
        raise ConvertedEnough(details={"left_today": max(0, at_most - before)})
    _note.count(user_id, name, before + times, today)


@statement
def _note(user_id: UserId, name: str, times: int, today: date) -> Insert:
    return Insert(
        ConversionCount,
        player=user_id,
        conversion=name,
        times=times,
        day=today,
        conflict=("player", "conversion"),
        update={"times": times, "day": today},
    )


def drawn(table: str) -> dict[str, int]:
    """Draw from a drop table: quantities by currency and by slug, none from a table that is gone."""
    terms = tables.DROP_TABLES.all().get(table)
    return terms.draw(DROPS) if terms else {}


def give(user_id: UserId, *, goods: Mapping[str, int], cause: str, key: str = "", xp: int = 0) -> Granted:
    """Grant experience, and quantities by currency and by slug of an item; once per ``key``."""
    money, items = split(goods)
    ours = {name: money.pop(name, 0) for name in currencies.OUR_CURRENCIES}
    return grant(
        user_id,
        xp=xp,
        gold=ours["gold"],
        gems=ours["gems"],
        currencies=money,
        items=items.items(),
        cause=cause,
        key=key,
    )


def split(goods: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the money and the items of these goods."""
    money = {what: amount for what, amount in goods.items() if currencies.is_money(what)}
    return money, {what: amount for what, amount in goods.items() if what not in money}
