"""The only module that moves money and items: every movement is an entry, and entries sum to holdings.

A player's holdings are guarded by the lock on the player's row. To lock several players pass them in one
call, which locks by ascending id; lock rows of other tables after them.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum, Window
from django.db.models.functions import Coalesce

from progression.models import Currency, Entry, Item, Player, Receipt, Stack
from progression.refusals import NotEnoughGems, NotEnoughGold, NotEnoughItems

STARTING_FUNDS = {Currency.GOLD: 100, Currency.GEMS: 0}

_NOT_ENOUGH = {Currency.GOLD: NotEnoughGold, Currency.GEMS: NotEnoughGems}


def lock(*user_ids: int) -> dict[int, Player]:
    """Return the players of these users by id, locked until the transaction ends; created if missing."""
    return {user_id: _locked(user_id) for user_id in sorted(set(user_ids))}


def _locked(user_id: int) -> Player:
    rows = Player.objects.select_for_update().filter(pk=user_id)
    player = rows.first()
    if player is None:
        _open(user_id)
        player = rows.get()
    return player


@transaction.atomic
def _open(user_id: int) -> None:
    player, is_new = Player.objects.get_or_create(pk=user_id)
    if is_new:
        for currency, amount in STARTING_FUNDS.items():
            if amount:
                move_money(player, currency, amount, cause="starting_funds")


def move_money(player: Player, currency: str, amount: int, *, cause: str, key: str = "") -> None:
    """Add money, or take it if ``amount`` is negative. The player must be locked.

    Raises ``NotEnoughGold``, ``NotEnoughGems``.
    """
    there = getattr(player, currency)
    balance = there + amount
    if balance < 0:
        raise _NOT_ENOUGH[Currency(currency)](f"It takes {-amount} {currency}, and you have {there}.")
    setattr(player, currency, balance)
    player.save(update_fields=[currency])
    Entry.objects.create(
        player=player, currency=currency, amount=amount, balance=balance, cause=cause, key=key
    )


def move_items(player: Player, item: Item, amount: int, *, cause: str, key: str = "") -> Entry:
    """Add items, or take them if ``amount`` is negative. The player must be locked.

    An empty stack is deleted. Raises ``NotEnoughItems``.
    """
    stack = Stack.objects.filter(player=player, item=item).first()
    there = 0 if stack is None else stack.quantity
    balance = there + amount
    if balance < 0:
        raise NotEnoughItems(f"It takes {-amount} of {item.name}, and you have {there}.")
    if stack is None:
        Stack.objects.create(player=player, item=item, quantity=balance)
    elif balance:
        Stack.objects.filter(pk=stack.pk).update(quantity=balance)
    else:
        stack.delete()
    return Entry.objects.create(
        player=player, item=item, amount=amount, balance=balance, cause=cause, key=key
    )


def receipt(player: Player, key: str) -> Any:
    """Return the stored result of an operation with this key, or None. The player must be locked."""
    done = Receipt.objects.filter(player=player, key=key).first() if key else None
    return None if done is None else done.answer


def store_receipt(player: Player, key: str, answer: Any) -> None:
    """Store the result of an operation, so that it runs once per key. Does nothing without a key."""
    if key:
        Receipt.objects.create(player=player, key=key, answer=answer)


def audit() -> Iterator[str]:
    """Yield a sentence for every inconsistency in the books; any is a bug."""
    for currency in Currency.values:
        moved = Entry.objects.filter(player=OuterRef("pk"), currency=currency).values("player")
        added_up = Coalesce(Subquery(moved.annotate(sum=Sum("amount")).values("sum")), 0)
        for player in Player.objects.annotate(booked=added_up).exclude(booked=F(currency)):
            owned = getattr(player, currency)
            yield f"{player} has {owned} {currency}, and the ledger adds up to {player.booked}."
    owned_items = {
        (player, item): quantity
        for player, item, quantity in Stack.objects.values_list("player", "item", "quantity")
    }
    booked_items = {
        (player, item): amount
        for player, item, amount in Entry.objects.filter(currency=None)
        .values_list("player", "item")
        .annotate(sum=Sum("amount"))
    }
    for player_id, item_id in sorted(owned_items.keys() | booked_items.keys()):
        owned = owned_items.get((player_id, item_id), 0)
        booked = booked_items.get((player_id, item_id), 0)
        if owned != booked:
            yield f"player {player_id} has {owned} of item {item_id}, and the ledger adds up to {booked}."
    running = Window(Sum("amount"), partition_by=["player", "currency", "item"], order_by="id")
    for entry in Entry.objects.annotate(running=running).exclude(running=F("balance")):
        yield f"{entry.player_id}'s entry {entry.pk} says {entry.balance}, and it adds up to {entry.running}."
