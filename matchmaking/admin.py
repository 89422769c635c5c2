"""Queues, invites and parties for operators: who waits for whom, and a way to end it."""

from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from matchmaking import services
from matchmaking.invites import services as invites
from matchmaking.models import Invite, Member, Party, PartyMember, Queue, Ticket
from matchmaking.parties import services as parties
from matchmaking.parties.refusals import NotInParty, NotLeader, UnknownParty


class ReadOnly:
    """What the platform alone writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Queue)
class Queues(ReadOnly, ModelAdmin):
    """All queues, with how many tickets wait in each."""

    list_display = ("name", "tickets_waiting")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        return super().get_queryset(request).annotate(waiting=Count("tickets"))

    @admin.display(description="Tickets", ordering="waiting")
    def tickets_waiting(self, queue: Any) -> int:
        return int(queue.waiting)


class Members(ReadOnly, TabularInline):
    """Who waits together."""

    model = Member
    fields = ("user",)


@admin.register(Ticket)
class Tickets(ReadOnly, ModelAdmin):
    """All who wait, the eldest first."""

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

    @admin.action(description="Send them out of the queue")
    def send_out(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        for user_id in Member.objects.filter(ticket__in=queryset).values_list("user_id", flat=True):
            services.leave(user_id=user_id)


@admin.register(Invite)
class Invites(ReadOnly, ModelAdmin):
    """All invites of the last days, the newest first."""

    list_display = ("id", "kind", "from_user", "to_user", "game", "status", "created_at", "expires_at")
    list_filter = ("kind", "status")
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__username", "to_user__username")
    ordering = ("-pk",)
    actions = ("cancel",)

    @admin.action(description="Cancel those that are pending")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Invite]) -> None:
        invites.cancel_all(queryset)


class PartyMembers(ReadOnly, TabularInline):
    """Who is in it."""

    model = PartyMember
    fields = ("user", "ready")


@admin.register(Party)
class Parties(ReadOnly, ModelAdmin):
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

    @admin.action(description="Disband them")
    def disband(self, request: HttpRequest, queryset: QuerySet[Party]) -> None:
        for party_id, leader_id in queryset.values_list("pk", "leader_id"):
            # Where it has just ended or been handed over, the operator looks again.
            with suppress(NotInParty, NotLeader, UnknownParty):
                parties.disband(user_id=leader_id, party_id=party_id)
