"""Achievements in the admin."""

from django.contrib import admin

from core.operators import ChangedFieldsAdmin, OperatorAdmin, ReadOnly
from progression.achievements.models import Achievement, Earned


@admin.register(Achievement)
class Achievements(ChangedFieldsAdmin):
    """All achievements. One that somebody has earned cannot be deleted."""

    list_display = ("name", "metric", "goal", "xp", "gold", "gems")
    list_filter = ("metric",)
    search_fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}


@admin.register(Earned)
class AllEarned(ReadOnly, OperatorAdmin):
    """Earned achievements, newest first."""

    list_display = ("achievement", "player", "at")
    list_filter = ("achievement",)
    list_select_related = ("achievement", "player")
    search_fields = ("player__user__username",)
    ordering = ("-pk",)
