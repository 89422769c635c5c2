"""The admin of trades, read-only."""

from django.contrib import admin

from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline
from world.trading.models import Trade, TradeOffer


class Offers(ReadOnlyInline):
    """The offers of both sides."""

    model = TradeOffer
    fields = ("character", "gold", "items", "confirmed")


@admin.register(Trade)
class Trades(ReadOnly, OperatorAdmin):
    """Trades, their participants and results."""

    list_display = ("id", "asker", "asked", "state", "version", "created_at", "ended_at", "reason")
    list_filter = ("state", "reason")
    list_select_related = ("asker", "asked")
    search_fields = ("asker__name", "asked__name")
    ordering = ("-pk",)
    inlines = (Offers,)
