"""Lobbies in the admin: messages, bans, reports. Direct messages are shown around a reported one only."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from chat import selectors, services
from chat.models import FilteredWord, Lobby, LobbyMessage, Membership, Report, Sanction
from core.ids import UserId
from core.operators import (
    OperatorAdmin,
    ReadOnly,
    ReadOnlyInline,
    WithReasonForm,
    account_link,
    operation,
    reason_of,
    shown_time,
    styled_link,
)
from core.refusals import Invalid


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
    """The queue of reports and of flags of cheating, oldest open one first."""

    list_display = ("id", "kind", "text", "about", "other", "reason", "reporter", "created_at", "state")
    list_filter = (("settled_at", admin.EmptyFieldListFilter), "kind", "sign")
    list_select_related = ("about", "other", "reporter", "claimed_by", "settled_by")
    search_fields = ("text", "about__username", "reporter__username")
    search_help_text = "Words, or a player's name. Tick rows to claim or decide them."
    ordering = ("settled_at", "created_at")
    readonly_fields = ("whom", "beside", "where", "around", "proofs")
    action_form = WithReasonForm
    actions = ("claim", "take_away", "ban_author", "let_stand", "acted")

    class Media:
        css = {"all": ("chat/reports.css",)}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        decision = ("created_at", "claimed_by", "settled_at", "settled_by", "decision")
        if obj is not None and obj.kind == Report.Kind.CHEATING:
            return ("kind", "sign", "text", "score", "whom", "beside", "proofs", *decision)
        said = () if obj is not None and obj.kind == Report.Kind.NAME else ("where", "around")
        return ("kind", "text", "whom", "reason", "reporter", *said, *decision)

    @admin.display(description="State")
    def state(self, report: Report) -> str:
        if report.settled_at is not None:
            return report.decision or "settled"
        return f"claimed by {report.claimed_by}" if report.claimed_by else "open"

    @admin.display(description="About")
    def whom(self, report: Report) -> str:
        return account_link(report.about) if report.about else "-"

    @admin.display(description="And")
    def beside(self, report: Report) -> str:
        return account_link(report.other) if report.other else "-"

    @admin.display(description="Evidence")
    def proofs(self, report: Report) -> str:
        return format_html_join("", "<p>{}</p>", ((_proof(one),) for one in report.evidence))

    @admin.display(description="In")
    def where(self, report: Report) -> str:
        if report.message is not None:
            return f"the lobby {report.message.lobby}"
        if report.game_id is not None:
            page = reverse("admin:game_game_change", args=[report.game_id])
            return styled_link(page, f"the game {report.game_id}")
        return "-" if report.direct_message is None else "direct messages of the two"

    @admin.display(description="Lines around it")
    def around(self, report: Report) -> str:
        lines = (
            ("is-reported" if line.is_reported else "", shown_time(line.at), line.username, line.text)
            for line in selectors.lines_around(report)
        )
        rows = format_html_join("", '<tr class="{}"><td>{}</td><td>{}</td><td>{}</td></tr>', lines)
        return format_html('<table class="report-lines">{}</table>', rows) if rows else "-"

    @operation("Claim it")
    def claim(self, request: HttpRequest, report: Report) -> None:
        services.claim_report(report_id=report.pk, by_id=UserId(request.user.pk or 0))

    @operation("Take the message away")
    @transaction.atomic
    def take_away(self, request: HttpRequest, report: Report) -> None:
        _settle(request, report, "taken away")
        _take_away(report)

    @operation("Take the message away and ban its author from the lobby")
    @transaction.atomic
    def ban_author(self, request: HttpRequest, report: Report) -> None:
        _settle(request, report, "taken away, author banned from the lobby")
        message = _message(report)
        author = UserId(message.sender_id)
        services.ban(actor_id=None, lobby_id=message.lobby_id, user_id=author, reason=report.reason)
        _take_away(report)

    @operation("Let it stand, or dismiss the flag")
    def let_stand(self, request: HttpRequest, report: Report) -> None:
        is_flag = report.kind == Report.Kind.CHEATING
        _settle(request, report, "dismissed" if is_flag else "let stand")

    @operation("Settle it: acted on the player's page")
    def acted(self, request: HttpRequest, report: Report) -> str:
        _settle(request, report, f"acted: {reason_of(request)}"[:200])
        return reason_of(request)


def _proof(evidence: dict[str, str]) -> str:
    """Return evidence with a link to its row, and of a game also to its replay."""
    page = reverse(f"admin:{evidence['label'].replace('.', '_')}_change", args=[evidence["id"]])
    link = styled_link(page, evidence["text"])
    if evidence["label"] != "game.game":
        return link
    return format_html("{} · {}", link, styled_link(f"/replay/{evidence['id']}", "Replay"))


def _message(report: Report) -> LobbyMessage:
    if report.message is None:
        raise Invalid("This is no message in a lobby.")
    return report.message


def _take_away(report: Report) -> None:
    message = _message(report)
    if message.deleted_at is None:
        services.delete_message(actor_id=None, lobby_id=message.lobby_id, message_id=message.pk)


def _settle(request: HttpRequest, report: Report, decision: str) -> None:
    services.settle_report(report_id=report.pk, by_id=UserId(request.user.pk or 0), decision=decision)


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
