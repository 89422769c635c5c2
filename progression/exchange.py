"""Atomic exchange of goods between two players."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from core.ids import UserId
from progression import currencies, ledger, selectors, services
from progression.models import Currency, Player
from progression.refusals import (
    AccountTooNew,
    BalanceFull,
    CurrencyNotTradeable,
    GuestsMayNotTrade,
    ItemEquipped,
    NotEnoughGold,
    NotEnoughItems,
    NotEnoughOfCurrency,
)

GIVES_FROM_LEVEL = 3
"""By then a player has earned about as much gold as an account begins with: accounts that are made for their
first gold are no use. Premium accounts have been paid for, and give at once."""


@dataclass(frozen=True)
class Goods:
    """The goods of one side: gold, quantities by item id, other money by currency. Nothing is negative."""

    gold: int
    items: Mapping[int, int]
    money: Mapping[str, int] = field(default_factory=dict)


def check_may_trade(user_ids: Iterable[UserId]) -> None:
    """Raise ``GuestsMayNotTrade`` if a guest is among these users."""
    if User.objects.filter(pk__in=user_ids, is_guest=True).exists():
        raise GuestsMayNotTrade


def check_can_give(user_id: UserId, goods: Goods) -> None:
    """Check that the user can give these goods now.

    Raises ``AccountTooNew``, ``NotEnoughGold``, ``CurrencyNotTradeable``, ``NotEnoughOfCurrency``,
    ``NotEnoughItems`` or ``ItemEquipped``.
    """
    _check(services.player(user_id), goods)


@transaction.atomic
def exchange(gives: Mapping[UserId, Goods], *, cause: str, key: str) -> None:
    """Give the goods of each of two users, by id, to the other.

    Equipped items stay with their owner. Raises as ``check_may_trade`` and ``check_can_give``, and
    ``BalanceFull``.
    """
    check_may_trade(gives)
    one, other = ledger.lock(*gives).values()
    for giver in (one, other):
        _check(giver, gives[giver.pk])
    _check_room(one, gives[other.pk], gives[one.pk])
    _check_room(other, gives[one.pk], gives[other.pk])
    for giver, taker in ((one, other), (other, one)):
        move(giver, taker, gives[giver.pk], cause, key)


def _check(player: Player, goods: Goods) -> None:
    gives = goods.gold or goods.items or goods.money
    if gives and player.level < GIVES_FROM_LEVEL and not player.user.is_premium:
        raise AccountTooNew(f"You can give something away from level {GIVES_FROM_LEVEL} on.")
    if goods.gold > player.gold:
        # Does not say how much there is: the other user may see the message.
        raise NotEnoughGold("More gold is offered than there is.")
    if goods.money:
        known, there = currencies.declared(), ledger.balances(player.pk)
        for name, amount in goods.money.items():
            if name not in known or not known[name].tradeable:
                raise CurrencyNotTradeable(details={"currency": name})
            if amount > there.get(name, 0):
                raise NotEnoughOfCurrency(
                    "More of a currency is offered than there is.", details={"currency": name}
                )
    owned = selectors.inventory(player.pk).filter(item__in=goods.items)
    stacks = {stack.item_id: stack for stack in owned}
    for item_id, quantity in goods.items.items():
        stack = stacks.get(item_id)
        if stack is None or stack.quantity < quantity:
            raise NotEnoughItems("More of an item is offered than there is.")
        if stack.worn_in is not None and stack.quantity == quantity:
            raise ItemEquipped(f"{stack.item.name} is worn: take it off first.")


def _check_room(taker: Player, taken: Goods, given: Goods) -> None:
    """Check that the user can hold what they are given. Raises ``BalanceFull``."""
    if taken.money:
        known, there = currencies.declared(), ledger.balances(taker.pk)
        for name, amount in taken.money.items():
            if there.get(name, 0) - given.money.get(name, 0) + amount > known[name].at_most:
                raise BalanceFull(details={"currency": name})


def move(giver: Player, taker: Player, goods: Goods, cause: str, key: str) -> None:
    """Move goods that have been checked from one locked player to another."""
    if goods.gold:
        ledger.move_money(giver, Currency.GOLD, -goods.gold, cause=cause, key=key)
        ledger.move_money(taker, Currency.GOLD, goods.gold, cause=cause, key=key)
    for name, amount in sorted(goods.money.items()):
        ledger.move_money(giver, name, -amount, cause=cause, key=key)
        ledger.move_money(taker, name, amount, cause=cause, key=key)
    for stack in list(selectors.inventory(giver.pk).filter(item__in=goods.items).order_by("item")):
        quantity = goods.items[stack.item_id]
        ledger.move_items(giver, stack.item, -quantity, cause=cause, key=key)
        ledger.move_items(taker, stack.item, quantity, cause=cause, key=key)
