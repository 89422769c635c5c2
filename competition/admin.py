"""Leaderboards in the admin."""

from django.contrib import admin
from django.http import HttpRequest

from competition.models import Score
from core.operators import OperatorAdmin, ReadOnly, operation


@admin.register(Score)
class Scores(ReadOnly, OperatorAdmin):
    """The scores of all leaderboards."""

    list_display = ("board", "period", "user", "score")
    list_select_related = ("user",)
    list_filter = ("board",)
    search_fields = ("=board", "=period", "user__username")
    ordering = ("-id",)
    actions = ("strike",)

    @operation("Strike off the leaderboard")
    def strike(self, request: HttpRequest, score: Score) -> str:
        score.delete()
        return str(score.score)
