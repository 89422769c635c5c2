"""The admin of the world: its content can be edited, its characters and events viewed."""

from django.contrib import admin

from core.operators import OperatorAdmin, ReadOnly
from world.models import Character, Faction, Location, Visit, WorldEvent, WorldState


@admin.register(Faction)
class Factions(OperatorAdmin):
    """The factions."""

    list_display = ("name", "colour")
    search_fields = ("name",)


@admin.register(Location)
class Locations(OperatorAdmin):
    """Locations and the paths between them; a path leads both ways."""

    list_display = ("name", "faction", "respawn", "x", "y", "size", "sight")
    list_filter = ("faction", "respawn")
    list_select_related = ("faction",)
    search_fields = ("name",)
    filter_horizontal = ("paths",)


@admin.register(Character)
class Characters(ReadOnly, OperatorAdmin):
    """All characters, with their owners and locations."""

    list_display = ("name", "owner", "faction", "location", "health", "is_selected", "last_seen")
    list_filter = ("faction", "location", "is_selected")
    list_select_related = ("owner", "faction", "location")
    search_fields = ("name", "owner__username")


@admin.register(Visit)
class Visits(ReadOnly, OperatorAdmin):
    """The users who are in the world now."""

    list_display = ("user", "character")
    list_select_related = ("user", "character")
    search_fields = ("user__username", "character__name")


@admin.register(WorldState)
class State(ReadOnly, OperatorAdmin):
    """The state of the world."""

    list_display = ("epoch", "current_reality")
    list_select_related = ("current_reality",)


@admin.register(WorldEvent)
class Events(ReadOnly, OperatorAdmin):
    """Events that were announced to the whole world."""

    list_display = ("created_at", "kind", "detail")
    list_filter = ("kind",)
    ordering = ("-id",)
