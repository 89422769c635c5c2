"""Reversals on behalf of operators: purchases are refunded and exchanges undone, each at most once."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from core.ids import UserId
from progression import ledger, selectors
from progression.events import StatsChanged
from progression.exchange import Goods, move
from progression.models import Entry, Item, Offer, Player
from progression.refusals import NoPurchase, NotEnoughGold, NotEnoughItems, RefundedBefore
from realtime.publishing import publish


@dataclass(frozen=True)
class Refund:
    """A refunded purchase: the money that came back, and the goods that went."""

    amount: int
    currency: str
    item: Item
    quantity: int


@transaction.atomic
def refund(entry_id: int, *, user_id: UserId) -> Refund:
    """Take the goods of a purchase back and return its price, by its entry of money in the ledger.

    Raises ``NoPurchase``, ``RefundedBefore``, and ``NotEnoughItems`` if the goods are no longer there.
    """
    player = ledger.lock(user_id)[user_id]
    paid = Entry.objects.filter(pk=entry_id, player=player, cause=ledger.PURCHASE, amount__lt=0).first()
    if paid is None or paid.currency is None:
        raise NoPurchase
    key = f"refund:{paid.pk}"
    if ledger.receipt(player, key) is not None:
        raise RefundedBefore
    # A purchase is two entries in one statement, under the player's lock: the goods come next.
    goods = Entry.objects.filter(player=player, pk__gt=paid.pk).select_related("item").earliest("pk")
    assert goods.item is not None
    _check_has(player, {goods.item.pk: goods.amount})
    ledger.move_items(player, goods.item, -goods.amount, cause="refund", key=key)
    ledger.move_money(player, paid.currency, -paid.amount, cause="refund", key=key)
    Offer.objects.filter(item=goods.item, stock__isnull=False).update(stock=F("stock") + goods.amount)
    ledger.store_receipt(player, key, {"entry": paid.pk})
    publish(StatsChanged(user_id=user_id))
    return Refund(-paid.amount, paid.currency, goods.item, goods.amount)


@transaction.atomic
def undo_exchange(gave: Mapping[UserId, Goods], *, cause: str, key: str) -> None:
    """Return to each of two users what they gave, equipped items too.

    Raises ``NotEnoughGold``, ``NotEnoughOfCurrency`` or ``NotEnoughItems`` if one of them no longer has it.
    """
    one, other = ledger.lock(*gave).values()
    pairs = ((one, other), (other, one))
    for holder, owner in pairs:
        goods = gave[owner.pk]
        if goods.gold > holder.gold:
            raise NotEnoughGold(f"{holder.user.username} no longer has {goods.gold} gold.")
        _check_has(holder, goods.items)
    for holder, owner in pairs:
        move(holder, owner, gave[owner.pk], cause, key)
        publish(StatsChanged(user_id=holder.pk))


def _check_has(player: Player, quantities: Mapping[int, int]) -> None:
    """Raise ``NotEnoughItems`` unless the player has these quantities of items, by id."""
    owned = dict(selectors.inventory(player.pk).values_list("item", "quantity"))
    for item_id, quantity in quantities.items():
        if owned.get(item_id, 0) < quantity:
            item = Item.objects.get(pk=item_id)
            raise NotEnoughItems(f"{player.user.username} no longer has {quantity} of {item.name}.")
