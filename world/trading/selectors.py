"""Queries about trades."""

from datetime import datetime

import msgspec
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.ids import UserId
from core.statements import statement
from world.models import Character
from world.rules import CharacterId
from world.trading import events
from world.trading.models import Trade, TradeOffer

BATCH_SIZE = 100


def trades() -> QuerySet[Trade]:
    """Return all trades, with their traders."""
    return Trade.objects.select_related("asker", "asked")


def live_of(character_id: CharacterId) -> QuerySet[Trade]:
    """Return the unfinished trades of this character."""
    return trades().filter(Q(asker=character_id) | Q(asked=character_id), ended_at=None)


@statement
def _live_of(character_id: CharacterId) -> QuerySet[Trade]:
    return live_of(character_id).order_by("pk")


def live_between(user_id: UserId, other_id: UserId) -> QuerySet[Trade]:
    """Return the unfinished trade between these two users, if any."""
    pair = Q(asker__owner=user_id, asked__owner=other_id) | Q(asker__owner=other_id, asked__owner=user_id)
    return trades().filter(pair, ended_at=None)


@statement
def waiting(until: datetime) -> QuerySet[Trade, int]:
    """Return the requests that expire before ``until``."""
    return Trade.objects.filter(expires_at__lte=until).values_list("pk", flat=True)


def expired() -> list[int]:
    """Return the ids of requests that were not accepted in time."""
    late = Trade.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
    return list(late.values_list("pk", flat=True)[:BATCH_SIZE])


def user_ids(trade: Trade) -> list[UserId]:
    """Return both traders' user ids, the one who asked first."""
    return [trade.asker.owner_id, trade.asked.owner_id]


def offer_infos(trade: Trade) -> list[events.OfferInfo]:
    """Return the current offers, with that of the asking user first."""
    offers = trade.offers.select_related("character")
    return [
        events.OfferInfo(
            user_id=offer.character.owner_id,
            gold=offer.gold,
            currencies=offer.currencies,
            items=msgspec.convert(offer.items, list[events.OfferedItemInfo]),
            confirmed=offer.confirmed,
        )
        for offer in sorted(offers, key=lambda offer: offer.character_id != trade.asker_id)
    ]


def offers_of(trade: Trade) -> events.OffersFields:
    """Return the fields of an event about this trade's offers."""
    return {
        "trade_id": trade.pk,
        "user_ids": user_ids(trade),
        "version": trade.version,
        "offers": offer_infos(trade),
    }


def request_event(trade: Trade) -> events.TradeRequest:
    """Return the event about a trade that waits for an answer."""
    assert trade.expires_at is not None
    return events.TradeRequest(
        trade_id=trade.pk,
        user_ids=user_ids(trade),
        from_trader=_trader(trade.asker),
        to_trader=_trader(trade.asked),
        expires_at=trade.expires_at,
    )


def _trader(character: Character) -> events.Trader:
    return events.Trader(user_id=character.owner_id, character_id=character.pk, character_name=character.name)


def state_of(character_id: CharacterId) -> list[events.TradeRequest | events.TradeUpdate]:
    """Return events with the state of this character's trades, oldest first."""
    return [
        request_event(trade)
        if trade.state == Trade.State.REQUESTED
        else events.TradeUpdate(**offers_of(trade))
        for trade in _live_of(character_id)
    ]


def finished(user_id: UserId) -> QuerySet[TradeOffer]:
    """Return the user's offers in completed trades."""
    own = TradeOffer.objects.filter(character__owner=user_id, trade__state=Trade.State.COMPLETED)
    return own.select_related("trade").order_by("pk")


def completed(user_id: UserId) -> QuerySet[Trade]:
    """Return the completed trades of a user, newest first, with both sides' offers."""
    own = trades().filter(Q(asker__owner=user_id) | Q(asked__owner=user_id), state=Trade.State.COMPLETED)
    return own.prefetch_related("offers__character__owner").order_by("-pk")


class Given(msgspec.Struct):
    """A completed trade between two users, and who of them gave something."""

    trade_id: int
    ended_at: datetime
    user_ids: tuple[UserId, UserId]
    givers: frozenset[UserId]


def completed_after(moment: datetime, *, until: datetime, most: int) -> list[Given]:
    """Return the trades completed after ``moment`` and before ``until``, the first ``most`` of them.

    Those completed at the same time as the last one come with it.
    """
    ended = Trade.objects.filter(ended_at__gt=moment, ended_at__lt=until, state=Trade.State.COMPLETED)
    ended = ended.order_by("ended_at", "pk")
    last = ended.values_list("ended_at", flat=True)[most - 1 : most]
    return _given(ended.filter(ended_at__lte=next(iter(last), until)))


def completed_between(user_id: UserId, other_id: UserId, *, since: datetime) -> list[Given]:
    """Return the trades that two users have completed with each other, oldest first."""
    both = [user_id, other_id]
    found = Trade.objects.filter(asker__owner__in=both, asked__owner__in=both, ended_at__gte=since)
    return _given(found.filter(state=Trade.State.COMPLETED, undone_at=None).order_by("ended_at", "pk"))


def _given(found: QuerySet[Trade]) -> list[Given]:
    return [
        Given(
            trade_id=trade.pk,
            ended_at=trade.ended_at or trade.created_at,
            user_ids=(trade.asker.owner_id, trade.asked.owner_id),
            givers=frozenset(
                trade.asker.owner_id if offer.character_id == trade.asker_id else trade.asked.owner_id
                for offer in trade.offers.all()
                if offer.gold or offer.items or any(offer.currencies.values())
            ),
        )
        for trade in found.select_related("asker", "asked").prefetch_related("offers")
    ]
