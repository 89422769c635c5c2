"""Verified addresses and forgotten passwords, by mail."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from accounts import services
from accounts.events import AccountChanged
from accounts.models import EmailCode, User
from accounts.refusals import AlreadyVerified, CodeInvalid, GuestsHaveNoPassword, ResetInvalid
from core.mail import queue
from core.mail.queue import Letter
from realtime.publishing import publish

CODE_DIGITS = 6
CODE_VALID_FOR = timedelta(minutes=30)
CODE_TRIES = 5


def request_verification(user: User) -> None:
    """Send a code to the user's address. Raises ``GuestsHaveNoPassword`` or ``AlreadyVerified``."""
    if not user.email:
        raise GuestsHaveNoPassword("Upgrade the guest account to give it an e-mail.")
    if user.email_verified_at is not None:
        raise AlreadyVerified("This address is verified.")
    queue.enqueue(kind="verify_email", address=user.email, facts={"user_id": user.pk})


@queue.kind("verify_email")
def render_verification(address: str, facts: Mapping[str, Any]) -> Letter | None:
    """Make a new code, which replaces the one before."""
    user = User.objects.filter(pk=facts["user_id"], email__lower=address, email_verified_at=None).first()
    if user is None:
        return None
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    EmailCode.objects.update_or_create(
        user=user,
        defaults={
            "email": user.email,
            "digest": _digest(user, code),
            "expires_at": timezone.now() + CODE_VALID_FOR,
            "tries": 0,
        },
    )
    link = f"{settings.SITE_URL}/profile/account?code={code}"
    minutes = CODE_VALID_FOR // timedelta(minutes=1)
    return queue.from_template(
        "accounts/mail/verify.txt", {"user": user, "code": code, "link": link, "minutes": minutes}
    )


def verify_email(user: User, *, code: str) -> None:
    """Mark the user's address as verified. Raises ``CodeInvalid``, also after ``CODE_TRIES`` wrong codes."""
    if not _is_right(user, code):
        raise CodeInvalid("This code is wrong or has expired; ask for a new one.")
    with transaction.atomic():
        EmailCode.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk, email=user.email).update(email_verified_at=timezone.now())
        publish(AccountChanged(user_id=user.pk))


def _is_right(user: User, code: str) -> bool:
    # Counted by one conditional update before the comparison: guesses sent at once are not compared for free.
    open_code = EmailCode.objects.filter(
        user=user, email=user.email, tries__lt=CODE_TRIES, expires_at__gt=timezone.now()
    )
    if not open_code.update(tries=F("tries") + 1):
        return False
    known = EmailCode.objects.filter(user=user).first()
    return known is not None and constant_time_compare(known.digest, _digest(user, code))


def request_reset(email: str) -> None:
    """Send a link to set a new password, if there is such an account.

    Whether there is one is looked up when the mail is sent, so that neither the answer nor its time tells.
    """
    queue.enqueue(kind="reset_password", address=email)


@queue.kind("reset_password")
def render_reset(address: str, _: Mapping[str, Any]) -> Letter | None:
    """Make the link; it works once, because the password that it replaces is part of its signature."""
    user = User.objects.filter(email__lower=address, is_active=True, is_guest=False).first()
    if user is None:
        return None
    token = f"{int_to_base36(user.pk)}-{default_token_generator.make_token(user)}"
    return queue.from_template(
        "accounts/mail/reset.txt",
        {
            "user": user,
            "link": f"{settings.SITE_URL}/reset?token={quote(token)}",
            "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        },
    )


def reset_password(*, token: str, password: str) -> None:
    """Set a new password and sign out everywhere; the address is verified, as the link came to it.

    Raises ``ResetInvalid`` or ``Invalid`` (the password).
    """
    user = _user_of(token)
    services.check_password(password, username=user.username, email=user.email, field="new_password")
    user.set_password(password)
    with transaction.atomic():
        services.lock(user.pk)
        _user_of(token)  # it may have been used while the password was hashed
        user.email_verified_at = user.email_verified_at or timezone.now()
        user.save(update_fields=["password", "email_verified_at"])


def _user_of(token: str) -> User:
    number, _, signature = token.partition("-")
    try:
        user = User.objects.filter(pk=base36_to_int(number), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, signature):
        raise ResetInvalid("This link is not valid any more; ask for a new one.")
    return user


@queue.kind("address_changed")
def render_notice(_: str, facts: Mapping[str, Any]) -> Letter | None:
    """Tell the old address of an account that it has a new one."""
    user = User.objects.filter(pk=facts["user_id"], is_active=True).first()
    if user is None:
        return None
    return queue.from_template("accounts/mail/address_changed.txt", {"user": user})


def _digest(user: User, code: str) -> str:
    return salted_hmac(
        "accounts.email_code", f"{user.pk}:{user.email}:{code}", algorithm="sha256"
    ).hexdigest()
