"""The admin of shards."""

from django.contrib import admin

from core.operators import OperatorAdmin
from world.shards.models import Shard


@admin.register(Shard)
class Shards(OperatorAdmin):
    """Shards and their locations. Ownership is read-only: it changes by captures."""

    list_display = ("name", "location", "faction", "captor", "due_at")
    list_filter = ("faction",)
    list_select_related = ("location", "faction", "captor")
    search_fields = ("name",)
    fields = ("name", "location", "faction", "captor")
    readonly_fields = ("faction", "captor")
