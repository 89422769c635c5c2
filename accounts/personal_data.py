"""Personal data in accounts."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.db.models import Exists, OuterRef

from accounts import second_factor, selectors, services
from accounts.models import Ban, Challenge, Link, MailedCode, Passkey, Session, SignIn, User
from accounts.shapes import OwnProfile, WayIn
from core.ids import UserId
from core.mail import queue
from core.personal_data import erases, export, exports
from core.retention import retains


@exports("account")
def account(user_id: UserId) -> OwnProfile:
    return selectors.own_profile(User.objects.get(pk=user_id))


@exports("sessions")
def sessions(user_id: UserId) -> list[dict[str, Any]]:
    """Export all stored sessions, including ended ones."""
    rows = (
        Session.objects.filter(user_id=user_id)
        .order_by("created_at")
        .values("id", "created_at", "last_seen", "ended_at", "name", "user_agent", "ip")
    )
    return [dict(row) for row in rows]


@exports("sign_ins")
def sign_ins(user_id: UserId) -> list[dict[str, Any]]:
    """Export the sign-in log."""
    rows = SignIn.objects.filter(user=user_id).order_by("at")
    return [dict(row) for row in rows.values("at", "method", "outcome", "user_agent", "ip")]


@exports("mails")
def mails(user_id: UserId) -> list[dict[str, Any]]:
    """Export which mails were sent lately."""
    return [mail for email in _addresses(user_id) for mail in queue.to(email)]


def _addresses(user_id: UserId) -> list[str]:
    # Mails to an address that is only claimed may be its owner's.
    user = User.objects.get(pk=user_id)
    return [user.email] if user.email_verified_at else []


@erases
def mails_and_codes(user_id: UserId) -> None:
    """Delete mails to the user's address, and an open code."""
    MailedCode.objects.filter(user=user_id).delete()
    for email in _addresses(user_id):
        queue.delete_to(email)


@erases
def sign_in_log(user_id: UserId) -> None:
    """Delete the sign-in log."""
    SignIn.objects.filter(user=user_id).delete()


@erases
def failed_sign_ins(user_id: UserId) -> None:
    """Delete the user's failed sign-ins, which contain addresses."""
    AccessAttempt.objects.filter(username=User.objects.get(pk=user_id).username.lower()).delete()


@exports("ways_in")
def ways_in(user_id: UserId) -> list[WayIn]:
    """Export the ways in, without their secrets."""
    return selectors.ways_in(User.objects.get(pk=user_id))


@erases
def all_ways_in(user_id: UserId) -> None:
    """Delete links, passkeys and the second factor."""
    Link.objects.filter(user=user_id).delete()
    Passkey.objects.filter(user=user_id).delete()
    Challenge.objects.filter(user=user_id).delete()
    second_factor.forget(user_id)


@exports("bans")
def bans(user_id: UserId) -> list[dict[str, Any]]:
    """Export bans and mutes."""
    rows = Ban.objects.filter(user=user_id).order_by("created_at")
    return [dict(row) for row in rows.values("kind", "reason", "created_at", "until", "lifted_at")]


@retains("sign_ins")
def old_sign_ins(before: datetime) -> int:
    """Delete old entries of the sign-in log."""
    return SignIn.objects.filter(at__lt=before).delete()[0]


_GUESTS_AT_ONCE = 1000


@retains("idle_guests")
def idle_guests(before: datetime) -> int:
    """Erase guests who were not here since; at most so many in a night."""
    here = Session.objects.filter(user=OuterRef("pk"), last_seen__gte=before)
    idle = User.objects.filter(
        is_guest=True, is_bot=False, erased_at=None, merged_into=None, date_joined__lt=before
    )
    guests = list(idle.exclude(Exists(here))[:_GUESTS_AT_ONCE])
    for guest in guests:
        services.erase(guest)
    return len(guests)


@exports("consent")
def consents(user_id: UserId) -> dict[str, Any]:
    """Export what the user agreed to, and the date of birth."""
    fields = ("accepted_terms", "terms_accepted_at", "birth_date", "marketing_consent_at")
    return dict(User.objects.values(*fields).get(pk=user_id))


@exports("former_accounts")
def former_accounts(user_id: UserId) -> list[dict[str, Any]]:
    """Export all that is stored about the accounts that were merged into this one."""
    former = User.objects.filter(merged_into=user_id).order_by("pk")
    return [dict(export(one.pk)) for one in former]
