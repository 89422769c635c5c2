"""The admin of fights: abilities and remedies can be edited, fights viewed."""

from django.contrib import admin

from core.operators import OperatorAdmin, ReadOnly
from world.combat.models import Ability, Combat, Remedy


@admin.register(Ability)
class Abilities(OperatorAdmin):
    """Abilities. A change applies from the next cast on."""

    list_display = ("title", "name", "kind", "power", "cooldown_ms", "stamina_cost", "level")
    list_filter = ("kind",)
    search_fields = ("name", "title")


@admin.register(Remedy)
class Remedies(OperatorAdmin):
    """The items that heal."""

    list_display = ("item", "heals")
    list_select_related = ("item",)


@admin.register(Combat)
class Combats(ReadOnly, OperatorAdmin):
    """Fights, their participants and results."""

    list_display = ("id", "attacker", "defender", "location", "began_at", "ended_at", "reason", "winner")
    list_filter = ("reason",)
    list_select_related = ("attacker", "defender", "location", "winner")
    search_fields = ("attacker__name", "defender__name")
    ordering = ("-pk",)
