"""Games and ratings for operators: to look at, not to change."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from game.models import Game, JournalEntry, Rating, Seat

SHOWN_ENTRIES = 500


class ToLookAt:
    """What the journal and the rules say is not to be edited by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Seats(ToLookAt, TabularInline):
    """Who plays."""

    model = Seat
    fields = ("number", "user", "bot_level", "queue", "rating_before", "rating_after", "score")
    ordering = ("number",)


@admin.register(Game)
class Games(ToLookAt, ModelAdmin):
    """Games with their players and their journal."""

    list_display = ("id", "name", "state", "names", "rated", "private", "created_at", "finished_at")
    list_filter = ("state", "name", "rated", "private")
    search_fields = ("id", "seats__user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    show_full_result_count = False
    inlines = (Seats,)
    fieldsets = (
        (None, {"fields": ("id", "name", "mode", "state", "rated", "private", "created_at", "finished_at")}),
        ("Rules", {"fields": ("seats_wanted", "options", "seed", "epoch", "created_by", "rematch_of")}),
        ("Outcome", {"fields": ("outcome", "last_view")}),
        ("Journal", {"fields": ("journal_lines",)}),
    )
    readonly_fields = ("outcome", "last_view", "journal_lines")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Game]:
        return super().get_queryset(request).prefetch_related("seats__user")

    @admin.display(description="Players")
    def names(self, game: Game) -> str:
        return ", ".join(seat.user.username for seat in game.seats.all())

    @admin.display(description="Result")
    def outcome(self, game: Game) -> str:
        return _pretty(game.result)

    @admin.display(description="Final view")
    def last_view(self, game: Game) -> str:
        return _pretty(game.final_view)

    # A composite key keeps the journal from being an inline.
    @admin.display(description=f"The last {SHOWN_ENTRIES} entries, newest first")
    def journal_lines(self, game: Game) -> str:
        entries = JournalEntry.objects.filter(game=game).order_by("-seq")[:SHOWN_ENTRIES]
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            ((one.seq, f"{one.at:%H:%M:%S.%f}", one.kind, one.user_id or "-", one.data) for one in entries),
        )
        return format_html(
            "<table><tr><th>seq</th><th>at</th><th>kind</th><th>user</th><th>data</th></tr>{}</table>", rows
        )


def _pretty(value: Any) -> SafeString | str:
    return "-" if value is None else format_html("<pre>{}</pre>", json.dumps(value, indent=2))


@admin.register(Rating)
class Ratings(ToLookAt, ModelAdmin):
    """How strong players are."""

    list_display = ("user", "game", "shown", "played", "won", "mu", "sigma")
    list_filter = ("game",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("game", "-shown")
