"""Achievements for operators: what there is to achieve, and who has achieved it."""

from django.contrib import admin

from core.operators import OperatorAdmin, ReadOnly
from progression.achievements.models import Achievement, Earned
from progression.admin import OnlyChanged


@admin.register(Achievement)
class Achievements(OnlyChanged):
    """What there is to achieve. What somebody has cannot be deleted."""

    list_display = ("name", "metric", "goal", "xp", "gold", "gems")
    list_filter = ("metric",)
    search_fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}


@admin.register(Earned)
class AllEarned(ReadOnly, OperatorAdmin):
    """Who has achieved what, the newest first."""

    list_display = ("achievement", "player", "at")
    list_filter = ("achievement",)
    list_select_related = ("achievement", "player")
    search_fields = ("player__user__username",)
    ordering = ("-pk",)
