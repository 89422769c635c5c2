"""Queues, tickets, invites and parties in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline, operation
from matchmaking import services
from matchmaking.invites import services as invites
from matchmaking.models import Invite, Member, Party, PartyMember, Queue, Ticket
from matchmaking.parties import services as parties


@admin.register(Queue)
class Queues(ReadOnly, OperatorAdmin):
    """All queues, with the number of tickets in each."""

    list_display = ("name", "tickets_waiting")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        return super().get_queryset(request).annotate(waiting=Count("tickets"))

    @admin.display(description="Tickets", ordering="waiting")
    def tickets_waiting(self, queue: Any) -> int:
        return int(queue.waiting)


class Members(ReadOnlyInline):
    """The users of a ticket."""

    model = Member
    fields = ("user",)


@admin.register(Ticket)
class Tickets(ReadOnly, OperatorAdmin):
    """All tickets, oldest first."""

    list_display = ("id", "queue", "players", "party", "rating", "joined_at", "heard_at")
    list_filter = ("queue",)
    search_fields = ("members__user__username",)
    ordering = ("queue", "id")
    inlines = (Members,)
    actions = ("send_out",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return super().get_queryset(request).prefetch_related("members__user")

    @admin.display(description="Players")
    def players(self, ticket: Ticket) -> str:
        return ", ".join(member.user.username for member in ticket.members.all())

    @operation("Send out of the queue")
    def send_out(self, request: HttpRequest, ticket: Ticket) -> None:
        for member in ticket.members.all():
            services.leave(user_id=member.user_id)


@admin.register(Invite)
class Invites(ReadOnly, OperatorAdmin):
    """Recent invites, newest first."""

    list_display = ("id", "kind", "from_user", "to_user", "game", "status", "created_at", "expires_at")
    list_filter = ("kind", "status")
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__username", "to_user__username")
    ordering = ("-pk",)
    actions = ("cancel",)

    @operation("Cancel, if it is pending")
    def cancel(self, request: HttpRequest, invite: Invite) -> None:
        invites.cancel_all(Invite.objects.filter(pk=invite.pk))


class PartyMembers(ReadOnlyInline):
    """The members of a party."""

    model = PartyMember
    fields = ("user", "ready")


@admin.register(Party)
class Parties(ReadOnly, OperatorAdmin):
    """All parties."""

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
        parties.disband(user_id=party.leader_id, party_id=party.pk)
