"""What traders may ask."""

from typing import Annotated

from msgspec import Meta, Struct

from realtime.messages import Command
from world.commands import Id

MOST = 2**53


class OfferedItem(Struct, kw_only=True):
    """So many of a row of the own inventory."""

    id: Id
    quantity: Annotated[int, Meta(ge=1, le=MOST)] = 1


class TradeRequest(Command):
    """Ask somebody in the same place to trade. Refused with ``no_character``,
    ``cannot_trade_with_oneself``, ``unknown_trader``, ``guests_may_not_trade``, ``cannot_trade``,
    ``already_trading``, ``rate_limited``.
    """

    to_user_id: Id


class TradeAccept(Command):
    """Agree to trade; both can offer from now on. Refused with ``unknown_trade``, ``trade_over``,
    ``not_yours_to_accept``, ``cannot_trade``.
    """

    trade_id: Id


class TradeDecline(Command):
    """End a trade, whether it is open yet or not. Refused with ``unknown_trade``, ``trade_over``."""

    trade_id: Id


class TradeUpdate(Command):
    """Offer this, in place of what one offered before. Nobody has confirmed it then. Refused with
    ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``not_owned``, ``account_too_new`` (it gives
    something away from level 3 on, or if it is premium), ``not_enough_gold``, ``not_enough_items``,
    ``item_equipped``.
    """

    trade_id: Id
    gold: Annotated[int, Meta(ge=0, le=MOST)] = 0
    items: Annotated[list[OfferedItem], Meta(max_length=20)] = []


class TradeComplete(Command):
    """Confirm what is offered in this version; once both have, it changes hands. Refused with
    ``unknown_trade``, ``trade_over``, ``trade_not_open``, ``stale_version``, and as ``trade_update`` if
    something is gone by then.
    """

    trade_id: Id
    version: int
