"""Queues for operators: who waits for whom, and a way to end it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline, operation
from matchmaking import services
from matchmaking.models import Member, Queue, Ticket


@admin.register(Queue)
class Queues(ReadOnly, OperatorAdmin):
    """All queues, with the number of tickets in each."""

    list_display = ("name", "tickets_waiting")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        queues: QuerySet[Queue] = super().get_queryset(request)
        return queues.annotate(waiting=Count("tickets"))

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
