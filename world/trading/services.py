"""Services of trades.

Locks are taken in this order: characters, trades, the players' belongings; each in ascending order of id.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import live_settings
from core.ids import UserId
from friends import selectors as friends
from progression import selectors as progression
from progression.exchange import Goods, check_can_give, check_may_trade, exchange
from progression.refusals import NotOwned
from progression.reversals import undo_exchange
from realtime.connections import limits
from realtime.publishing import publish
from world import selectors as world_selectors
from world import services as world
from world.models import Character
from world.refusals import NoCharacterInPlay, NotInPlay
from world.rules import CharacterId
from world.trading import commands, events, selectors
from world.trading.models import Trade, TradeOffer
from world.trading.refusals import (
    AlreadyTrading,
    CannotTrade,
    CannotTradeWithOneself,
    NotCompleted,
    NotYoursToAccept,
    StaleVersion,
    TradeNotOpen,
    TradeOver,
    UndoneBefore,
    UnknownTrade,
    UnknownTrader,
)

ANSWER_WITHIN = timedelta(seconds=60)
MAX_REQUESTS_A_MINUTE = 20
"""Requests that one user may send per minute: each one alerts somebody."""

State = Trade.State
is_open = live_settings.declare("trading_is_open", True, "Players can begin to trade")


def request(*, user_id: UserId, to_user_id: UserId) -> None:
    """Ask another user, whose character is in the same place, to trade.

    Raises ``SwitchedOff``, ``CannotTradeWithOneself``, ``RateLimited``, ``NoCharacterInPlay``,
    ``UnknownTrader``, ``GuestsMayNotTrade``, ``CannotTrade``, ``AlreadyTrading``.
    """
    live_settings.check_is_on(is_open)
    if to_user_id == user_id:
        raise CannotTradeWithOneself
    limits.enforce_sync(f"trades:{user_id}", allowed=MAX_REQUESTS_A_MINUTE, window_s=60)
    with transaction.atomic():
        asker, asked = _lock_traders(user_id, to_user_id)
        check_may_trade((user_id, to_user_id))
        if friends.is_blocked_between(user_id, to_user_id):
            raise CannotTrade
        now = timezone.now()
        try:
            with transaction.atomic():
                trade = Trade.objects.create(
                    asker=asker, asked=asked, created_at=now, expires_at=now + ANSWER_WITHIN
                )
        except IntegrityError:
            there = selectors.live_between(user_id, to_user_id).first()
            raise AlreadyTrading(details={"trade_id": there.pk} if there else None) from None
        publish(selectors.request_event(trade))


@transaction.atomic
def accept(*, user_id: UserId, trade_id: int) -> None:
    """Accept a trade request; does nothing if it was accepted before.

    Raises ``UnknownTrade``, ``TradeOver``, ``NotYoursToAccept``, ``CannotTrade``.
    """
    trade = _own(user_id, trade_id)
    if trade.asked.owner_id != user_id:
        raise NotYoursToAccept
    if trade.state == State.OPEN:
        return
    if trade.state != State.REQUESTED or (trade.expires_at and trade.expires_at <= timezone.now()):
        raise TradeOver
    if friends.is_blocked_between(*selectors.user_ids(trade)):
        raise CannotTrade
    trade.state, trade.expires_at = State.OPEN, None
    trade.save(update_fields=["state", "expires_at"])
    TradeOffer.objects.bulk_create(
        TradeOffer(trade=trade, character=character) for character in (trade.asker, trade.asked)
    )
    publish(events.TradeAccept(**selectors.offers_of(trade)))


@transaction.atomic
def decline(*, user_id: UserId, trade_id: int) -> None:
    """End a trade. Raises ``UnknownTrade``, ``TradeOver``."""
    trade = _own(user_id, trade_id)
    if trade.state not in Trade.LIVE:
        raise TradeOver
    _end(trade, "declined", user_id)


@transaction.atomic
def offer(
    *,
    user_id: UserId,
    trade_id: int,
    gold: int,
    items: list[commands.OfferedItem],
    currencies: Mapping[str, int] | None = None,
) -> None:
    """Replace the user's offer in an open trade.

    Raises ``UnknownTrade``, ``TradeOver``, ``TradeNotOpen``, ``NotOwned``, and what ``check_can_give``
    raises.
    """
    trade = _open(user_id, trade_id)
    shown = _shown(user_id, items)
    check_can_give(user_id, Goods(gold, _quantities(shown), currencies or {}))
    TradeOffer.objects.filter(trade=trade).update(confirmed=False)
    TradeOffer.objects.filter(trade=trade, character__owner=user_id).update(
        gold=gold, currencies=currencies or {}, items=msgspec.to_builtins(shown)
    )
    trade.version += 1
    trade.save(update_fields=["version"])
    publish(events.TradeUpdate(**selectors.offers_of(trade)))


@transaction.atomic
def confirm(*, user_id: UserId, trade_id: int, version: int) -> events.TradeComplete | None:
    """Confirm the offers of this version; exchange them when both users have confirmed.

    Returns the result again if the trade was already completed in this version. Raises ``UnknownTrade``,
    ``TradeOver``, ``TradeNotOpen``, ``StaleVersion``, and the refusals of ``progression.exchange`` if
    something is no longer there.
    """
    trade = _own(user_id, trade_id)
    if trade.state == State.COMPLETED and trade.version == version:
        return events.TradeComplete(**selectors.offers_of(trade))
    _check_open(trade)
    if version != trade.version:
        raise StaleVersion(details={"version": trade.version})
    if not TradeOffer.objects.filter(trade=trade, character__owner=user_id, confirmed=False).update(
        confirmed=True
    ):
        return None
    offers = list(trade.offers.select_related("character"))
    if not all(one.confirmed for one in offers):
        publish(events.TradeUpdate(**selectors.offers_of(trade)))
        return None
    exchange(_given(offers), cause="trade", key=f"trade:{trade.pk}")
    trade.state, trade.ended_at = State.COMPLETED, timezone.now()
    trade.save(update_fields=["state", "ended_at"])
    publish(events.TradeComplete(**selectors.offers_of(trade)))
    return None


@transaction.atomic
def undo(*, trade_id: int) -> list[UserId]:
    """Give back what changed hands in a completed trade, on behalf of the operators; return both users.

    Raises ``UnknownTrade``, ``NotCompleted``, ``UndoneBefore``, and ``NotEnoughGold`` or ``NotEnoughItems``
    if something is gone.
    """
    trade = _locked(selectors.trades().filter(pk=trade_id)).first()
    if trade is None:
        raise UnknownTrade
    if trade.state != State.COMPLETED:
        raise NotCompleted
    if trade.undone_at is not None:
        raise UndoneBefore
    offers = trade.offers.select_related("character")
    undo_exchange(_given(offers), cause="trade undone", key=f"undo:trade:{trade.pk}")
    trade.undone_at = timezone.now()
    trade.save(update_fields=["undone_at"])
    return selectors.user_ids(trade)


@transaction.atomic
def end_all_of(*, character_id: CharacterId, reason: events.Reason) -> None:
    """End all trades of a character that left. The caller holds the character's lock."""
    for trade in _locked(selectors.live_of(character_id)):
        one, other = trade.asker, trade.asked
        gone = one if one.pk == character_id else other
        _end(trade, reason, gone.owner_id)


@transaction.atomic
def cancel_between(*, by_id: UserId, blocked_id: UserId) -> None:
    """Cancel the trade between two users after a block; the blocked user sees an ordinary end."""
    for trade in _locked(selectors.live_between(by_id, blocked_id)):
        _end(trade, "declined", by_id)


@transaction.atomic
def expire(*, trade_id: int) -> None:
    """End a trade that was not accepted in time."""
    for trade in _locked(selectors.trades().filter(pk=trade_id, expires_at__lte=timezone.now())):
        _end(trade, "expired", None)


def _lock_traders(user_id: UserId, to_user_id: UserId) -> tuple[Character, Character]:
    """Lock and return both users' characters, which must be in the same place. Raises ``UnknownTrader``."""
    own_id = world_selectors.character_in_play(user_id).pk
    try:
        other_id = world_selectors.character_in_play(to_user_id).pk
        locked = world.lock_in_play(own_id, other_id)
    except (NoCharacterInPlay, NotInPlay):
        raise UnknownTrader from None
    asker, asked = locked[own_id], locked[other_id]
    if asker.location_id != asked.location_id:
        raise UnknownTrader
    return asker, asked


def _locked(trades: QuerySet[Trade]) -> QuerySet[Trade]:
    return trades.select_for_update(of=("self",)).order_by("pk")


def _own(user_id: UserId, trade_id: int) -> Trade:
    trade = _locked(selectors.trades().filter(pk=trade_id)).first()
    if trade is None or user_id not in selectors.user_ids(trade):
        raise UnknownTrade
    return trade


def _open(user_id: UserId, trade_id: int) -> Trade:
    trade = _own(user_id, trade_id)
    _check_open(trade)
    return trade


def _check_open(trade: Trade) -> None:
    if trade.state not in Trade.LIVE:
        raise TradeOver
    if trade.state != State.OPEN:
        raise TradeNotOpen


def _shown(user_id: UserId, items: list[commands.OfferedItem]) -> list[events.OfferedItemInfo]:
    """Return these rows of the user's inventory, with quantities added up. Raises ``NotOwned``."""
    quantities: dict[int, int] = {}
    for item in items:
        quantities[item.id] = quantities.get(item.id, 0) + item.quantity
    stacks = progression.inventory(user_id).in_bulk(quantities)
    if len(stacks) < len(quantities):
        raise NotOwned("There is no such item in your inventory.")
    return [
        events.OfferedItemInfo(
            id=stack_id,
            item_id=stacks[stack_id].item_id,
            name=stacks[stack_id].item.name,
            rarity=stacks[stack_id].item.rarity,
            quantity=quantity,
        )
        for stack_id, quantity in quantities.items()
    ]


def _quantities(items: list[events.OfferedItemInfo]) -> dict[int, int]:
    return {item.item_id: item.quantity for item in items}


def _given(offers: Iterable[TradeOffer]) -> dict[UserId, Goods]:
    """Return the goods of each of these offers, by user."""
    return {
        one.character.owner_id: Goods(
            one.gold,
            _quantities(msgspec.convert(one.items, list[events.OfferedItemInfo])),
            one.currencies,
        )
        for one in offers
    }


def _end(trade: Trade, reason: events.Reason, by_user_id: UserId | None) -> None:
    trade.state, trade.reason, trade.ended_at, trade.expires_at = State.ENDED, reason, timezone.now(), None
    trade.save(update_fields=["state", "reason", "ended_at", "expires_at"])
    publish(
        events.TradeDecline(
            trade_id=trade.pk, user_ids=selectors.user_ids(trade), reason=reason, by_user_id=by_user_id
        )
    )
