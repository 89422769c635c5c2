"""Personal data in accounts."""

from typing import Any

from axes.models import AccessAttempt

from accounts import selectors
from accounts.models import Session, User
from accounts.shapes import OwnProfile
from core.personal_data import erases, exports


@exports("account")
def account(user_id: int) -> OwnProfile:
    return selectors.own_profile(User.objects.get(pk=user_id))


@exports("sessions")
def sessions(user_id: int) -> list[dict[str, Any]]:
    """Export all stored sessions, including ended ones."""
    rows = (
        Session.objects.filter(user_id=user_id)
        .order_by("created_at")
        .values("id", "created_at", "last_seen", "ended_at", "user_agent", "ip")
    )
    return [dict(row) for row in rows]


@erases
def failed_sign_ins(user_id: int) -> None:
    """Delete the user's failed sign-ins, which contain addresses."""
    AccessAttempt.objects.filter(username=User.objects.get(pk=user_id).username.lower()).delete()
