"""Lobbies for operators: messages, bans, and what members reported. Conversations are nobody's business."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from chat import services
from chat.models import FilteredWord, Lobby, LobbyMessage, Membership, Report, Sanction


class ReadOnly:
    """What the platform alone writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Members(ReadOnly, TabularInline):
    """Who belongs to the lobby."""

    model = Membership
    fields = ("user", "role", "joined_at")


@admin.register(Lobby)
class Lobbies(ReadOnly, ModelAdmin):
    """All lobbies, with a way to close them."""

    list_display = (
        "name",
        "owner",
        "status",
        "is_public",
        "members",
        "max_participants",
        "game",
        "created_at",
    )
    list_filter = ("status", "is_public", "game")
    search_fields = ("name", "owner__username")
    list_select_related = ("owner",)
    inlines = (Members,)
    actions = ("close",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lobby]:
        return super().get_queryset(request).annotate(member_count=Count("memberships"))

    @admin.display(description="Members", ordering="member_count")
    def members(self, lobby: Any) -> int:
        return int(lobby.member_count)

    @admin.action(description="Close these lobbies")
    def close(self, request: HttpRequest, queryset: QuerySet[Lobby]) -> None:
        for lobby in queryset.filter(status=Lobby.Status.OPEN):
            services.close_lobby(actor_id=None, lobby_id=lobby.pk)


@admin.register(LobbyMessage)
class Messages(ReadOnly, ModelAdmin):
    """What was said in lobbies, with a way to take it away."""

    list_display = ("id", "lobby", "sender", "content", "created_at", "deleted_at")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter),)
    search_fields = ("content", "sender__username", "lobby__name")
    list_select_related = ("lobby", "sender")
    show_full_result_count = False
    actions = ("take_away",)

    @admin.action(description="Take these messages away")
    def take_away(self, request: HttpRequest, queryset: QuerySet[LobbyMessage]) -> None:
        for message in queryset.filter(deleted_at=None):
            services.delete_message(actor_id=None, lobby_id=message.lobby_id, message_id=message.pk)


@admin.register(Report)
class Reports(ReadOnly, ModelAdmin):
    """The queue of reports, the eldest open one first."""

    list_display = ("id", "content", "author", "lobby", "reporter", "reason", "created_at", "settled_at")
    list_filter = (("settled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("message__lobby", "message__sender", "reporter")
    search_fields = ("message__content", "message__sender__username", "reporter__username")
    ordering = ("settled_at", "created_at")
    actions = ("take_away", "let_stand")

    @admin.display(description="Message")
    def content(self, report: Report) -> str:
        return report.message.content

    @admin.display(description="Author")
    def author(self, report: Report) -> str:
        return report.message.sender.username

    @admin.display(description="Lobby")
    def lobby(self, report: Report) -> str:
        return report.message.lobby.name

    @admin.action(description="Take the messages away")
    def take_away(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        standing = LobbyMessage.objects.filter(reports__in=queryset, deleted_at=None).distinct()
        for message in standing:
            services.delete_message(actor_id=None, lobby_id=message.lobby_id, message_id=message.pk)
        self.let_stand(request, queryset)

    @admin.action(description="Let the messages stand")
    def let_stand(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        settled = list(queryset.values_list("pk", flat=True))
        services.settle_reports(report_ids=settled, by_id=int(request.user.pk or 0))


@admin.register(Sanction)
class Sanctions(ReadOnly, ModelAdmin):
    """Bans and mutes, with a way to lift them."""

    list_display = ("lobby", "user", "kind", "by", "reason", "created_at", "until")
    list_filter = ("kind",)
    search_fields = ("lobby__name", "user__username")
    list_select_related = ("lobby", "user", "by")
    actions = ("lift",)

    @admin.action(description="Lift these bans and mutes")
    def lift(self, request: HttpRequest, queryset: QuerySet[Sanction]) -> None:
        for sanction in queryset:
            services.lift(sanction_id=sanction.pk)


@admin.register(FilteredWord)
class FilteredWords(ModelAdmin):
    """Words masked in chat, beside those of the list in a file."""

    list_display = ("word",)
    search_fields = ("word",)
