"""The admin of games and ratings: shows all state, hidden information included, and ends stuck games."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.admin import RecordsEditor
from core.operators import ChangedFieldsAdmin, OperatorAdmin, ReadOnly, ReadOnlyInline, operation
from core.refusals import Refusal
from game import selectors
from game.live import operators
from game.models import Game, Rating, RewardRule, Seat
from progression import currencies

SHOWN_ENTRIES = 500


class Seats(ReadOnlyInline):
    """The players of a game."""

    model = Seat
    fields = ("number", "user", "bot_level", "queue", "rating_before", "rating_after", "score")
    ordering = ("number",)


@admin.register(Game)
class Games(ReadOnly, OperatorAdmin):
    """Games with their players and their journal."""

    list_display = ("id", "name", "state", "names", "rated", "private", "created_at", "finished_at")
    list_filter = ("state", "name", "rated", "private")
    search_fields = ("id", "seats__user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    inlines = (Seats,)
    fieldsets = (
        (None, {"fields": ("id", "name", "mode", "state", "rated", "private", "created_at", "finished_at")}),
        ("Rules", {"fields": ("seats_wanted", "options", "seed", "epoch", "created_by", "rematch_of")}),
        ("Now", {"fields": ("live",)}),
        ("Outcome", {"fields": ("outcome", "last_view", "replay")}),
        ("Journal", {"fields": ("journal_lines",)}),
    )
    readonly_fields = ("live", "outcome", "last_view", "replay", "journal_lines")
    actions = ("end",)

    class Media:
        css = {"all": ("game/journal.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Game]:
        return super().get_queryset(request).prefetch_related("seats__user")

    @admin.display(description="Players")
    def names(self, game: Game) -> str:
        return ", ".join(seat.user.username for seat in game.seats.all())

    @operation("End the game without a winner")
    def end(self, request: HttpRequest, game: Game) -> None:
        operators.end(game.pk)

    @admin.display(description="In its room, with all that players hide")
    def live(self, game: Game) -> str:
        if game.state in Game.OVER:
            return "It is over."
        try:
            return _pretty(operators.look(game.pk))
        except Refusal as refusal:
            return refusal.message

    @admin.display(description="Replay")
    def replay(self, game: Game) -> str:
        if game.state not in Game.OVER:
            return "-"
        return format_html('<a href="/replay/{}">Watch it on the page</a>', game.pk)

    @admin.display(description="Result")
    def outcome(self, game: Game) -> str:
        return _pretty(game.result)

    @admin.display(description="Final view")
    def last_view(self, game: Game) -> str:
        return _pretty(game.final_view)

    # The composite primary key rules out an inline for the journal.
    @admin.display(description=f"The last {SHOWN_ENTRIES} entries, newest first")
    def journal_lines(self, game: Game) -> str:
        entries = reversed(selectors.entries(game, newest=SHOWN_ENTRIES))
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            ((one.seq, f"{one.at:%H:%M:%S.%f}", one.kind, one.user_id or "-", one.data) for one in entries),
        )
        return format_html(
            '<table class="journal"><tr><th>seq</th><th>at</th><th>kind</th><th>user</th><th>data</th></tr>'
            "{}</table>",
            rows,
        )


def _pretty(value: Any) -> SafeString | str:
    return "-" if value is None else format_html("<pre>{}</pre>", json.dumps(value, indent=2))


@admin.register(RewardRule)
class RewardRules(RecordsEditor, ChangedFieldsAdmin):
    """Rewards of games, in place of the platform's own."""

    list_display = (
        "id",
        "game",
        "mode",
        "place",
        "xp",
        "gold",
        "gems",
        "currency",
        "amount",
        "item",
        "drops",
    )
    list_display_links = ("id", "game")
    list_filter = ("game",)
    autocomplete_fields = ("item",)

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        currencies.read_rows()
        return super().get_form(*args, **kwargs)


@admin.register(Rating)
class Ratings(ReadOnly, OperatorAdmin):
    """The ratings of all players."""

    list_display = ("user", "game", "shown", "played", "won", "mu", "sigma")
    list_filter = ("game",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("game", "-shown")
