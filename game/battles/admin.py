"""The admin of battles: templates can be edited, battles viewed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import RecordsEditor
from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline, TabularInline
from game.battles import services
from game.battles.models import (
    Battle,
    BattleTemplate,
    DropChance,
    Enemy,
    EnemyTemplate,
    Fighter,
    Lineup,
)


@admin.register(EnemyTemplate)
class EnemyTemplates(RecordsEditor, OperatorAdmin):
    """Enemy templates."""

    list_display = ("name", "max_hp", "attack", "defense", "critical_percent", "acts_every_ms")
    search_fields = ("name",)


class LineupLines(TabularInline):
    """The enemies of a battle template, and their numbers."""

    model = Lineup
    extra = 0
    min_num = 1


class DropLines(TabularInline):
    """The drop table."""

    model = DropChance
    extra = 0


@admin.register(BattleTemplate)
class BattleTemplates(RecordsEditor, OperatorAdmin):
    """Battle templates. A change applies to battles created later."""

    list_display = ("name", "level", "max_players", "stamina_cost", "xp", "gold", "is_offered")
    list_filter = ("is_offered",)
    search_fields = ("name",)
    ordering = ("level",)
    inlines = (LineupLines, DropLines)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.offer(form.instance.pk)


class Enemies(ReadOnlyInline):
    """The enemies of a battle and their current state."""

    model = Enemy
    fields = ("number", "name", "hp", "max_hp", "acts_at")
    ordering = ("number",)


class Fighters(ReadOnlyInline):
    """The players who fight or fought in a battle."""

    model = Fighter
    fields = ("user", "hp", "max_hp", "damage_dealt", "joined_at", "loot")
    readonly_fields = ("joined_at",)
    ordering = ("pk",)


@admin.register(Battle)
class Battles(ReadOnly, OperatorAdmin):
    """Battles with their enemies and fighters."""

    list_display = ("id", "name", "level", "state", "names", "created_at", "finished_at")
    # Not by level: to list the existing levels, each page would read all battles.
    list_filter = ("state", "template")
    search_fields = ("name", "fighters__user__username")
    ordering = ("-pk",)
    inlines = (Enemies, Fighters)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Battle]:
        return super().get_queryset(request).prefetch_related("fighters__user")

    @admin.display(description="Fighters")
    def names(self, battle: Battle) -> str:
        return ", ".join(fighter.user.username for fighter in battle.fighters.all())
