"""Lobbies in the admin: messages, bans, reports. Direct messages are private and not shown."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from chat import services
from chat.models import FilteredWord, Lobby, LobbyMessage, Membership, Report, Sanction
from core.ids import UserId
from core.operators import OperatorAdmin, ReadOnly, ReadOnlyInline, operation


class Members(ReadOnlyInline):
    """The lobby's members."""

    model = Membership
    fields = ("user", "role", "joined_at")
    readonly_fields = ("joined_at",)


@admin.register(Lobby)
class Lobbies(ReadOnly, OperatorAdmin):
    """All lobbies; they can be closed."""

    list_display = (
        "name",
        "title",
        "owner",
        "status",
        "is_public",
        "members",
        "max_participants",
        "game",
        "created_at",
    )
    list_filter = ("status", "is_public", "game")
    search_fields = ("name", "title", "owner__username")
    list_select_related = ("owner",)
    inlines = (Members,)
    actions = ("close",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lobby]:
        lobbies: QuerySet[Lobby] = super().get_queryset(request)
        return lobbies.annotate(member_count=Count("memberships"))

    @admin.display(description="Members", ordering="member_count")
    def members(self, lobby: Any) -> int:
        return int(lobby.member_count)

    @operation("Close the lobby")
    def close(self, request: HttpRequest, lobby: Lobby) -> None:
        services.close_lobby(actor_id=None, lobby_id=lobby.pk)


@admin.register(LobbyMessage)
class Messages(ReadOnly, OperatorAdmin):
    """Lobby messages; they can be deleted."""

    list_display = ("id", "lobby", "sender", "content", "created_at", "deleted_at")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter),)
    search_fields = ("content", "sender__username", "lobby__name")
    list_select_related = ("lobby", "sender")
    actions = ("take_away",)

    @operation("Take the message away")
    def take_away(self, request: HttpRequest, message: LobbyMessage) -> None:
        services.delete_message(actor_id=None, lobby_id=message.lobby_id, message_id=message.pk)


@admin.register(Report)
class Reports(ReadOnly, OperatorAdmin):
    """The queue of reports, oldest open one first."""

    list_display = ("id", "content", "author", "lobby", "reporter", "reason", "created_at", "settled_at")
    list_filter = (("settled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("message__lobby", "message__sender", "reporter")
    search_fields = ("message__content", "message__sender__username", "reporter__username")
    ordering = ("settled_at", "created_at")
    actions = ("take_away", "ban_author", "let_stand")

    @admin.display(description="Message")
    def content(self, report: Report) -> str:
        return report.message.content

    @admin.display(description="Author")
    def author(self, report: Report) -> str:
        return report.message.sender.username

    @admin.display(description="Lobby")
    def lobby(self, report: Report) -> str:
        return report.message.lobby.name

    @operation("Take the message away")
    def take_away(self, request: HttpRequest, report: Report) -> None:
        message = report.message
        if message.deleted_at is None:
            services.delete_message(actor_id=None, lobby_id=message.lobby_id, message_id=message.pk)
        _settle(request, report)

    @operation("Take the message away and ban its author from the lobby")
    def ban_author(self, request: HttpRequest, report: Report) -> None:
        message = report.message
        services.ban(
            actor_id=None, lobby_id=message.lobby_id, user_id=UserId(message.sender_id), reason=report.reason
        )
        if message.deleted_at is None:
            services.delete_message(actor_id=None, lobby_id=message.lobby_id, message_id=message.pk)
        _settle(request, report)

    @operation("Let the message stand")
    def let_stand(self, request: HttpRequest, report: Report) -> None:
        _settle(request, report)


def _settle(request: HttpRequest, report: Report) -> None:
    services.settle_report(report_id=report.pk, by_id=UserId(request.user.pk or 0))


@admin.register(Sanction)
class Sanctions(ReadOnly, OperatorAdmin):
    """Bans and mutes; they can be lifted."""

    list_display = ("lobby", "user", "kind", "by", "reason", "created_at", "until")
    list_filter = ("kind",)
    search_fields = ("lobby__name", "user__username")
    list_select_related = ("lobby", "user", "by")
    actions = ("lift",)

    @operation("Lift the ban or mute")
    def lift(self, request: HttpRequest, sanction: Sanction) -> None:
        services.lift(sanction_id=sanction.pk)


@admin.register(FilteredWord)
class FilteredWords(OperatorAdmin):
    """Words masked in chat, in addition to the list file."""

    list_display = ("word",)
    search_fields = ("word",)
