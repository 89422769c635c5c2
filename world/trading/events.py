"""Events of trades, sent to both traders."""

from datetime import datetime
from typing import ClassVar, Literal, TypedDict

from msgspec import Struct

from core.ids import UserId
from realtime.wire import topics
from realtime.wire.messages import Event
from realtime.wire.topics import Topic
from world.rules import CharacterId

Reason = Literal["declined", "left", "disconnected", "died", "expired"]


class Trader(Struct, kw_only=True):
    """One of the two traders."""

    user_id: UserId
    character_id: CharacterId
    character_name: str


class OfferedItemInfo(Struct, kw_only=True):
    """A quantity of an item; ``id`` is its row in the owner's inventory."""

    id: int
    item_id: int
    name: str
    rarity: str
    quantity: int


class OfferInfo(Struct, kw_only=True):
    """A trader's offer, and whether they have confirmed the current version."""

    user_id: UserId
    gold: int
    currencies: dict[str, int]
    items: list[OfferedItemInfo]
    confirmed: bool


class TradeEvent(Event, kw_only=True):
    """Base of the events of a trade; ``user_ids`` are both traders, the one who asked first."""

    trade_id: int
    user_ids: list[UserId]

    def audience(self) -> tuple[Topic, ...]:
        return tuple(topics.in_world(user_id) for user_id in self.user_ids)


class TradeRequest(TradeEvent):
    """Sent when somebody asks to trade; it can be accepted until ``expires_at``.

    The user who is asked gets a notification too.
    """

    from_trader: Trader
    to_trader: Trader
    expires_at: datetime

    def audience(self) -> tuple[Topic, ...]:
        return (*super().audience(), topics.user(self.to_trader.user_id))


class OffersFields(TypedDict):
    """Fields of every event about offers."""

    trade_id: int
    user_ids: list[UserId]
    version: int
    offers: list[OfferInfo]


class TradeOffers(TradeEvent, kw_only=True):
    """The current offers."""

    version: int
    offers: list[OfferInfo]


class TradeAccept(TradeOffers):
    """Sent when a trade was accepted and is open."""


class TradeUpdate(TradeOffers):
    """Sent when a trader changed their offer or confirmed this version."""

    answers: ClassVar[tuple[str, ...]] = ("trade_complete",)


class TradeComplete(TradeOffers):
    """Sent when both have confirmed and the exchange is done."""


class TradeDecline(TradeEvent):
    """Sent when a trade ended without an exchange; ``by_user_id`` is the user who ended it."""

    reason: Reason
    by_user_id: UserId | None
