"""Queries about reports, and the lines around what is reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from chat.models import DirectMessage, LobbyMessage, Report
from core.ids import UserId
from game import selectors as games

LINES_AROUND = 10
"""The lines of a conversation that are shown before and after the reported one."""


@dataclass(frozen=True)
class LineAround:
    """A line of the conversation in which something was reported."""

    at: datetime | None
    username: str
    text: str
    is_reported: bool = False


def reports_about(user_id: UserId) -> QuerySet[Report]:
    """Return the reports and flags about a user, newest first."""
    found = Report.objects.filter(Q(about=user_id) | Q(other=user_id))
    return found.select_related("reporter").order_by("-pk")


def reports_by(user_id: UserId) -> QuerySet[Report]:
    """Return the reports that a user made, newest first."""
    return Report.objects.filter(reporter=user_id).select_related("about").order_by("-pk")


def lines_around(report: Report) -> Sequence[LineAround]:
    """Return what was said around a report: in the lobby, in the conversation, or in the game."""
    if report.kind == Report.Kind.MESSAGE:
        lobby = report.message.lobby_id if report.message else None
        return _lines(LobbyMessage.objects.filter(lobby=lobby), report.message_id)
    if report.kind == Report.Kind.DIRECT:
        thread = report.direct_message.thread_id if report.direct_message else None
        return _lines(DirectMessage.objects.filter(thread=thread), report.direct_message_id)
    if report.game_id is None:
        return []
    game, seats = games.game(report.game_id)
    said = games.chat(game, seats, most=2 * LINES_AROUND)
    return [LineAround(None, line.username, line.message, line.user_id == report.about_id) for line in said]


def _lines(messages: QuerySet[Any], reported_id: int | None) -> list[LineAround]:
    messages = messages.select_related("sender")
    before = list(messages.filter(pk__lt=reported_id).order_by("-pk")[:LINES_AROUND])
    after = list(messages.filter(pk__gte=reported_id).order_by("pk")[: LINES_AROUND + 1])
    return [
        LineAround(one.created_at, one.sender.username, one.content, one.pk == reported_id)
        for one in (*reversed(before), *after)
    ]
