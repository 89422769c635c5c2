"""What becomes of trades, told to both who trade."""

from datetime import datetime
from typing import Literal, TypedDict

from msgspec import Struct

from realtime import topics
from realtime.messages import Event
from realtime.topics import Topic

Reason = Literal["declined", "left", "disconnected", "died", "expired"]


class Trader(Struct, kw_only=True):
    """Who trades."""

    user_id: int
    character_id: int
    character_name: str


class OfferedItemInfo(Struct, kw_only=True):
    """So many of an item; ``id`` is the row of its owner's inventory."""

    id: int
    item_id: int
    name: str
    rarity: str
    quantity: int


class OfferInfo(Struct, kw_only=True):
    """What one of the two gives, and whether they have confirmed the present version."""

    user_id: int
    gold: int
    items: list[OfferedItemInfo]
    confirmed: bool


class TradeEvent(Event, kw_only=True):
    """Something became of a trade; ``user_ids`` are who trade, the asker first."""

    trade_id: int
    user_ids: list[int]

    def audience(self) -> tuple[Topic, ...]:
        return tuple(topics.in_world(user_id) for user_id in self.user_ids)


class TradeRequest(TradeEvent):
    """Somebody asks somebody to trade, who can accept until ``expires_at``, and hears of it among the
    notifications too.
    """

    from_trader: Trader
    to_trader: Trader
    expires_at: datetime

    def audience(self) -> tuple[Topic, ...]:
        return (*super().audience(), topics.user(self.to_trader.user_id))


class OffersFields(TypedDict):
    """What all events about offers hold."""

    trade_id: int
    user_ids: list[int]
    version: int
    offers: list[OfferInfo]


class TradeOffers(TradeEvent, kw_only=True):
    """What is offered now."""

    version: int
    offers: list[OfferInfo]


class TradeAccept(TradeOffers):
    """The trade is open."""


class TradeUpdate(TradeOffers):
    """One of the two offers something else, or has confirmed this version."""


class TradeComplete(TradeOffers):
    """Both have confirmed: what was offered has changed hands."""


class TradeDecline(TradeEvent):
    """The trade has ended, and nothing changed hands; ``by_user_id`` is whose doing it was."""

    reason: Reason
    by_user_id: int | None
