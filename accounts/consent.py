"""Age and consent: the terms that were accepted, the date of birth, and whether there may be marketing."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import bans, services
from accounts.models import User
from accounts.refusals import UnderAge
from core.database import in_database
from core.ids import UserId
from core.refusals import Conflict, Invalid

OLDEST_YEAR = 1900


@transaction.atomic
def record(user: User, *, terms_version: str | None, birth_date: date | None, marketing: bool | None) -> None:
    """Record what the user agrees to; None leaves it as it is. The date of birth can be given once.

    Raises ``Invalid`` (other terms than the current ones, an impossible date), ``Conflict`` (another date) or
    ``SessionEnded``.
    """
    (now,) = services.lock_open(user)
    changes: dict[str, Any] = {}
    if terms_version is not None:
        if terms_version != settings.TERMS_VERSION:
            raise Invalid("These are not the current terms.", details={"terms_version": ["Out of date."]})
        changes |= {"accepted_terms": terms_version, "terms_accepted_at": timezone.now()}
    if birth_date is not None and birth_date != now.birth_date:
        if not birth_date.year >= OLDEST_YEAR or birth_date > timezone.now().date():
            raise Invalid("This is no date of birth.", details={"birth_date": ["Not possible."]})
        if now.birth_date is not None:
            raise Conflict("The date of birth is stored already; support can correct it.")
        changes["birth_date"] = birth_date
    if marketing is not None and marketing != (now.marketing_consent_at is not None):
        changes["marketing_consent_at"] = timezone.now() if marketing else None
    if changes:
        User.objects.filter(pk=user.pk).update(**changes)


def is_adult(user: User) -> bool:
    """Return whether the user has reached ``ADULT_AGE``; true for all without that setting."""
    if not settings.ADULT_AGE:
        return True
    if user.birth_date is None:
        return False
    today = timezone.now().date()
    had_birthday = (today.month, today.day) >= (user.birth_date.month, user.birth_date.day)
    return today.year - user.birth_date.year - (not had_birthday) >= settings.ADULT_AGE


async def check_speech_among_strangers(user_id: UserId) -> None:
    """Raise ``UnderAge`` or ``MutedEverywhere`` for a user who may not speak where strangers listen."""
    if settings.ADULT_AGE:
        await in_database(check_adult, user_id)
    await bans.acheck_speech(user_id)


def check_adult(user_id: UserId) -> None:
    """Raise ``UnderAge`` for a user who has not reached ``ADULT_AGE``, or has not said how old they are."""
    if not settings.ADULT_AGE:
        return
    user = User.objects.only("birth_date").get(pk=user_id)
    if not is_adult(user):
        ask = " Give your date of birth in your account." if user.birth_date is None else ""
        raise UnderAge(f"This is for people of {settings.ADULT_AGE} years or more.{ask}")
