"""Laps and tracks in the admin."""

from django.contrib import admin

from gameplatform.extend import OperatorAdmin, ReadOnly
from studio.models import Lap, Track


@admin.register(Lap)
class Laps(ReadOnly, OperatorAdmin):
    list_display = ("user", "ms")
    list_select_related = ("user",)
    ordering = ("ms",)


@admin.register(Track)
class Tracks(OperatorAdmin):
    list_display = ("name", "shortest_ms", "version")
