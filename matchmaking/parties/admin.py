"""Parties for operators: who plays together, and a way to end it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline, operation
from matchmaking.parties import services
from matchmaking.parties.models import Party, PartyMember


class PartyMembers(ReadOnlyInline):
    """The members."""

    model = PartyMember
    fields = ("user", "ready")


@admin.register(Party)
class Parties(ReadOnly, OperatorAdmin):
    """All parties there are."""

    list_display = ("id", "leader", "players", "open", "created_at")
    list_select_related = ("leader",)
    search_fields = ("members__user__username",)
    ordering = ("-pk",)
    inlines = (PartyMembers,)
    actions = ("disband",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Party]:
        return super().get_queryset(request).prefetch_related("members__user")

    @admin.display(description="Players")
    def players(self, party: Party) -> str:
        return ", ".join(member.user.username for member in party.members.all())

    @operation("Disband")
    def disband(self, request: HttpRequest, party: Party) -> None:
        services.disband(user_id=party.leader_id, party_id=party.pk)
