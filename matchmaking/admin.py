"""Queues for operators: who waits, and a way to send them out."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from matchmaking import services
from matchmaking.models import Member, Queue, Ticket


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

    list_display = ("id", "queue", "players", "rating", "joined_at", "heard_at")
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
