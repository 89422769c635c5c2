"""Reports: made by players, claimed and decided by operators."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import selectors as accounts
from chat import selectors
from chat.events import LobbyId
from chat.models import DirectMessage, Report
from chat.refusals import CannotReportOneself, ReportClaimed, ReportSettled, UnknownMessage
from core import live_settings
from core.ids import UserId
from game import selectors as games
from game.refusals import UnknownMatch
from realtime.connections import limits

MAX_REPORTS_A_MINUTE = 10
reports_a_minute = live_settings.declare(
    "reports_a_minute", MAX_REPORTS_A_MINUTE, "Reports that one player can make in a minute"
)
Kind = Report.Kind


def report_message(*, reporter_id: UserId, lobby_id: LobbyId, message_id: int, reason: str = "") -> Report:
    """Report a message to the operators; repeating it returns the same report.

    Raises ``UnknownMessage``, ``NotAMember``, ``RateLimited``.
    """
    selectors.check_member(lobby_id, reporter_id)
    message = selectors.message(lobby_id, message_id)
    facts = {"about_id": message.sender_id, "text": message.content, "reason": reason}
    return _report(reporter_id, facts, message=message)


def report_direct(*, reporter_id: UserId, message_id: int, reason: str = "") -> Report:
    """Report a direct message that one has received.

    Raises ``UnknownMessage``, ``RateLimited``.
    """
    message = DirectMessage.objects.filter(pk=message_id, receiver=reporter_id).first()
    if message is None:
        raise UnknownMessage
    facts = {
        "kind": Kind.DIRECT,
        "about_id": message.sender_id,
        "text": message.content,
        "reason": reason,
    }
    return _report(reporter_id, facts, direct_message=message)


def report_name(*, reporter_id: UserId, user_id: UserId, reason: str = "") -> Report:
    """Report the name of a user. Raises ``NotFound``, ``CannotReportOneself``, ``RateLimited``."""
    user = accounts.by_id(user_id)
    facts = {"text": user.username, "reason": reason}
    return _report(reporter_id, facts, kind=Kind.NAME, about=user, settled_at=None)


def report_player(*, reporter_id: UserId, game_id: UUID, user_id: UserId, reason: str = "") -> Report:
    """Report what a player did in a game that one can see.

    Raises ``UnknownMatch``, ``CannotReportOneself``, ``RateLimited``.
    """
    game, seats = games.game_visible_to(reporter_id, game_id)
    if not games.has_seat(seats, user_id):
        raise UnknownMatch
    return _report(reporter_id, {"reason": reason}, kind=Kind.GAME, game=game, about_id=user_id)


def _report(reporter_id: UserId, facts: dict[str, Any], **of: Any) -> Report:
    """Store a report, unless the reporter made it before."""
    about_id = facts.get("about_id") or of.get("about_id") or of["about"].pk
    if about_id == reporter_id:
        raise CannotReportOneself
    limits.enforce_sync(f"reports:{reporter_id}", allowed=reports_a_minute(), window_s=60)
    with transaction.atomic():
        report, _ = Report.objects.get_or_create(reporter_id=reporter_id, defaults=facts, **of)
    return report


def claim_report(*, report_id: int, by_id: UserId) -> None:
    """Mark a report as looked at by this operator. Raises ``ReportClaimed``, ``ReportSettled``."""
    free = Q(claimed_by=None) | Q(claimed_by=by_id)
    if not Report.objects.filter(free, pk=report_id, settled_at=None).update(claimed_by=by_id):
        raise _why_not(report_id)


def settle_report(*, report_id: int, by_id: UserId, decision: str) -> None:
    """Store what was decided, unless another operator looks at it.

    Raises ``ReportClaimed``, ``ReportSettled``.
    """
    free = Q(claimed_by=None) | Q(claimed_by=by_id)
    report = Report.objects.filter(free, pk=report_id, settled_at=None)
    if not report.update(settled_at=timezone.now(), settled_by_id=by_id, decision=decision):
        raise _why_not(report_id)


def _why_not(report_id: int) -> ReportClaimed | ReportSettled:
    is_settled = Report.objects.filter(pk=report_id, settled_at__isnull=False).exists()
    return ReportSettled() if is_settled else ReportClaimed()
