"""The shop."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import consent
from core import live_settings
from core.calls import run_before
from core.ids import UserId
from core.statements import Update, statement
from progression import commands, ledger, selectors
from progression.events import ItemsBought
from progression.models import Offer, Stack
from progression.refusals import NotForSale, SoldOut
from realtime.publishing import publish


@dataclass(frozen=True)
class Purchase:
    """A purchase and its price."""

    offer: Offer
    stack: Stack
    quantity: int
    spent: int
    balance: int


@statement
def _take_stock(item_id: int, quantity: int) -> Update:
    return Update(Offer.objects.filter(pk=item_id, stock__gte=quantity), stock=F("stock") - quantity)


is_open = live_settings.declare("shop_is_open", True, "Players can buy in the shop")


@transaction.atomic
def purchase(user_id: UserId, *, item_id: int, quantity: int = 1) -> Purchase:
    """Buy from the shop.

    Raises ``SwitchedOff``, ``NotForSale``, ``NotEnoughGold``, ``NotEnoughGems``, ``NotEnoughOfCurrency``,
    ``SoldOut`` or ``UnderAge``.
    """
    live_settings.check_is_on(is_open)
    consent.check_adult(user_id)
    call = run_before(commands.Purchase(item_id=item_id, quantity=quantity), user_id=user_id)
    item_id, quantity = call.item_id, call.quantity
    offer = selectors.offer(item_id, timezone.now().date())
    if offer is None:
        raise NotForSale("The shop does not sell this.")
    # A conditional UPDATE: concurrent purchases cannot sell more than the stock.
    if offer.stock is not None and not _take_stock.count(item_id, quantity):
        raise SoldOut(f"There are not {quantity} of {offer.item.name} left.")
    spent = offer.price * quantity
    balance, stack = ledger.buy(user_id, offer.item, quantity, currency=offer.currency, price=spent)
    publish(ItemsBought(user_id=user_id, quantity=quantity))
    return Purchase(offer, stack, quantity, spent, balance)
