"""Personal data in accounts."""

from typing import Any

from axes.models import AccessAttempt

from accounts import selectors
from accounts.models import EmailCode, Session, User
from accounts.shapes import OwnProfile
from core.ids import UserId
from core.mail import queue
from core.personal_data import erases, exports


@exports("account")
def account(user_id: UserId) -> OwnProfile:
    return selectors.own_profile(User.objects.get(pk=user_id))


@exports("sessions")
def sessions(user_id: UserId) -> list[dict[str, Any]]:
    """Export all stored sessions, including ended ones."""
    rows = (
        Session.objects.filter(user_id=user_id)
        .order_by("created_at")
        .values("id", "created_at", "last_seen", "ended_at", "user_agent", "ip")
    )
    return [dict(row) for row in rows]


@exports("mails")
def mails(user_id: UserId) -> list[dict[str, Any]]:
    """Export which mails were sent lately."""
    email = User.objects.get(pk=user_id).email
    return queue.to(email) if email else []


@erases
def mails_and_codes(user_id: UserId) -> None:
    """Delete mails to the user's address, and an open code."""
    EmailCode.objects.filter(user=user_id).delete()
    if email := User.objects.get(pk=user_id).email:
        queue.delete_to(email)


@erases
def failed_sign_ins(user_id: UserId) -> None:
    """Delete the user's failed sign-ins, which contain addresses."""
    AccessAttempt.objects.filter(username=User.objects.get(pk=user_id).username.lower()).delete()
