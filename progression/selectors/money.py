"""Queries about balances, conversions and the ledger."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from msgspec import UNSET

from core.ids import UserId
from core.statements import statement
from progression import currencies, shapes, tables
from progression.models import Balance, ConversionCount, Entry


@statement
def _balances(user_id: UserId) -> QuerySet[Balance, tuple[str, int]]:
    return Balance.objects.filter(player=user_id).values_list("currency", "amount")


def declared_money(user_id: UserId) -> dict[str, int]:
    """Return the user's balance in each declared currency."""
    names = currencies.declared()
    there = dict(_balances(user_id)) if names else {}
    return {name: there.get(name, 0) for name in names}


def shown_currencies(user_id: UserId) -> list[shapes.CurrencyShape]:
    """Return the currencies beside gold and gems, with the user's balances."""
    there = declared_money(user_id)
    return [
        shapes.CurrencyShape(
            name=name,
            title=one.title,
            balance=there[name],
            at_most=one.at_most,
            at_most_a_day=one.at_most_a_day,
            tradeable=one.tradeable,
        )
        for name, one in currencies.declared().items()
        if name in there
    ]


@statement
def _conversions_on(user_id: UserId, today: date) -> QuerySet[ConversionCount, tuple[str, int]]:
    return ConversionCount.objects.filter(player=user_id, day=today).values_list("conversion", "times")


def conversions_on(user_id: UserId, today: date) -> dict[str, int]:
    """Return how often the user used each conversion with a limit today."""
    return dict(_conversions_on(user_id, today))


def shown_conversions(user_id: UserId) -> list[shapes.ConversionShape]:
    """Return the open conversions, as the user may use them."""
    used = conversions_on(user_id, timezone.now().date())
    drop_tables = tables.DROP_TABLES.all()
    return [
        _shown_conversion(name, terms, drop_tables.get(terms.drops), used.get(name, 0))
        for name, terms in tables.CONVERSIONS.all().items()
        if terms.is_open
    ]


def _shown_conversion(
    name: str, terms: tables.Conversion, drops: tables.DropTable | None, used: int
) -> shapes.ConversionShape:
    whole = sum(drop.weight for drop in drops.drops) if drops else 1
    return shapes.ConversionShape(
        name=name,
        title=terms.title,
        takes=dict(terms.takes),
        gives=dict(terms.gives),
        rolls=drops.rolls if drops else 0,
        drops=[
            shapes.DropShape(
                of=drop.of, least=drop.least, most=drop.most, probability=round(drop.weight / whole, 6)
            )
            for drop in (drops.drops if drops else ())
        ],
        left_today=None if terms.at_most_a_day is None else max(0, terms.at_most_a_day - used),
    )


def entries(user_id: UserId) -> QuerySet[Entry]:
    """Return all of the user's movements, newest first."""
    return Entry.objects.filter(player=user_id).select_related("item").order_by("-pk")


def money_entries(user_id: UserId) -> QuerySet[Entry]:
    """Return the user's money movements; their sum is the balance."""
    return Entry.objects.filter(player=user_id, currency__isnull=False)


def item_entries(user_id: UserId) -> QuerySet[Entry]:
    """Return the user's item movements; their sum is the quantity."""
    return Entry.objects.filter(player=user_id, currency=None).select_related("item")


def shown_entries(entries: Iterable[Entry]) -> list[shapes.LedgerEntry]:
    """Return money movements as shown to their owner."""
    return [
        shapes.LedgerEntry(
            id=entry.pk,
            currency=entry.currency or UNSET,
            amount=entry.amount,
            balance=entry.balance,
            cause=entry.cause,
            created_at=entry.created_at,
        )
        for entry in entries
    ]


def shown_item_entries(entries: Iterable[Entry]) -> list[shapes.LedgerEntry]:
    """Return item movements as shown to their owner."""
    return [
        shapes.LedgerEntry(
            id=entry.pk,
            item_id=entry.item_id or UNSET,
            name=entry.item.name if entry.item else "",
            amount=entry.amount,
            balance=entry.balance,
            cause=entry.cause,
            created_at=entry.created_at,
        )
        for entry in entries
    ]
