"""Commands of trades."""

from typing import Annotated

from msgspec import Meta, Struct

from realtime.wire.messages import Command
from world.commands import Id, User

MAX_AMOUNT = 2**53


class OfferedItem(Struct, kw_only=True):
    """A quantity of an item, given by its row in your inventory."""

    id: Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)] = 1


class TradeRequest(Command):
    """Ask a user whose character is in the same place to trade.

    Refused with ``no_character``, ``cannot_trade_with_oneself``, ``unknown_trader``,
    ``guests_may_not_trade``, ``cannot_trade``, ``already_trading``, ``rate_limited``.
    """

    to_user_id: User


class TradeAccept(Command):
    """Accept a trade request; both users can make offers from then on.

    Refused with ``unknown_trade``, ``trade_over``, ``not_yours_to_accept``, ``cannot_trade``.
    """

    trade_id: Id


class TradeDecline(Command):
    """End a trade, accepted or not. Refused with ``unknown_trade``, ``trade_over``."""

    trade_id: Id


class TradeUpdate(Command):
    """Replace your offer; all confirmations are withdrawn.

    Refused with ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``not_owned``, ``account_too_new``
    (giving something away requires level 3 or premium), ``not_enough_gold``, ``not_enough_items``,
    ``item_equipped``, ``not_enough_of_currency``, ``currency_not_tradeable``.
    """

    trade_id: Id
    gold: Annotated[int, Meta(ge=0, le=MAX_AMOUNT)] = 0
    currencies: Annotated[
        dict[Annotated[str, Meta(max_length=20)], Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]],
        Meta(max_length=20, description="Money of the currencies that can be traded"),
    ] = {}
    items: Annotated[list[OfferedItem], Meta(max_length=20)] = []


class TradeComplete(Command):
    """Confirm the offers of this version; the exchange happens once both users have confirmed.

    Refused with ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``stale_version``, and, if something
    is no longer there, with the codes of ``trade_update``; or with ``balance_full``.
    """

    trade_id: Id
    version: int
