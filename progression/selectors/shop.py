"""Queries about the shop's offers."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import QuerySet

from core.statements import statement
from progression import rules, shapes
from progression.models import Item, Offer
from progression.selectors.belongings import shown_facts

DAILY_OFFERS = 3
"""The number of daily offers shown per day."""


@statement
def _open_offers() -> QuerySet[Offer]:
    return Offer.objects.filter(is_open=True).select_related("item")


@statement
def _open_offer(item_id: int) -> QuerySet[Offer]:
    return Offer.objects.filter(pk=item_id, is_open=True).select_related("item")


@statement
def _daily_items() -> QuerySet[Offer, str]:
    return Offer.objects.filter(is_open=True, is_daily=True).values_list("item__slug", flat=True)


def offers(today: date) -> list[Offer]:
    """Return today's offers, including sold out ones."""
    offers = _open_offers()
    of_today = _of_today([offer.item.slug for offer in offers if offer.is_daily], today)
    return [offer for offer in offers if not offer.is_daily or offer.item.slug in of_today]


def offer(item_id: int, today: date) -> Offer | None:
    """Return today's offer of this item."""
    found = _open_offer.first(item_id)
    if found is None or (found.is_daily and found.item.slug not in _of_today(_daily_items(), today)):
        return None
    return found


def _of_today(daily: Iterable[str], today: date) -> Collection[str]:
    return rules.of_the_day(daily, today, DAILY_OFFERS)


def shown_offers(offers: Iterable[Offer]) -> list[shapes.ShopItem]:
    """Return offers as shown in the shop; the id is the item's."""
    return [
        shapes.ShopItem(
            id=offer.pk,
            **shown_facts(offer.item),
            price=offer.price,
            currency=offer.currency,
            stock=offer.stock,
            daily=offer.is_daily,
        )
        for offer in offers
    ]


def item_choices() -> list[tuple[str, str]]:
    """Return the slugs and names of all items, by name."""
    return list(Item.objects.order_by("name").values_list("slug", "name"))
