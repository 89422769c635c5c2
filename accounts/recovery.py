"""Proofs by mail: verified addresses, sign-in by code, forgotten passwords, and notices to the owner."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from accounts import second_factor, selectors, services
from accounts.events import AccountChanged
from accounts.models import Link, MailedCode, Passkey, User
from accounts.refusals import (
    AlreadyVerified,
    CodeInvalid,
    GuestsHaveNoPassword,
    InvalidCredentials,
    ResetInvalid,
)
from core.ids import UserId
from core.mail import queue
from core.mail.queue import Letter
from core.refusals import Unauthenticated
from realtime.publishing import publish

CODE_DIGITS = 6
CODE_TRIES = 5

Purpose = MailedCode.Purpose


def request_verification(user: User) -> None:
    """Send a code to the address to verify. Raises ``GuestsHaveNoPassword`` or ``AlreadyVerified``."""
    email = user.pending_email or user.email
    if not email:
        raise GuestsHaveNoPassword("Upgrade the guest account to give it an e-mail.")
    if not user.pending_email and user.email_verified_at is not None:
        raise AlreadyVerified("This address is verified.")
    queue.enqueue(kind="verify_email", address=email, facts={"user_id": user.pk})


def request_address(user: User, *, email: str) -> None:
    """Replace the user's address by another one once that is verified, and tell the old one.

    The answer does not reveal whether another account has verified the new one. Raises
    ``GuestsHaveNoPassword``, ``EmailTaken`` (claimed by another) or ``SessionEnded``.
    """
    if user.is_guest:
        raise GuestsHaveNoPassword("Upgrade the guest account to give it an e-mail.")
    if email.lower() == user.email.lower():
        return
    services.check_unclaimed(email)
    with transaction.atomic():
        services.lock_open(user)
        user.pending_email = email
        user.save(update_fields=["pending_email"])
        if user.email_verified_at is not None:
            queue.enqueue(kind="address_asked", address=user.email, facts={"user_id": user.pk})
        queue.enqueue(kind="verify_email", address=email, facts={"user_id": user.pk})


@queue.kind("verify_email")
def render_verification(address: str, facts: Mapping[str, Any]) -> Letter | None:
    """Make a new code and link, which replace those before; an address that is taken is told so instead."""
    user = User.objects.filter(pk=facts["user_id"], is_active=True).first()
    if user is None or address not in (user.pending_email.lower(), user.email.lower()):
        return None
    owner = selectors.by_verified_email(address)
    if owner is not None:
        link = f"{settings.SITE_URL}/forgotten"
        return None if owner == user else _letter("address_in_use", owner, link=link)
    code, key = _new_code(user, Purpose.VERIFY, address)
    link = f"{settings.SITE_URL}/verify?key={key}"
    return _letter("verify", user, code=code, link=link, minutes=settings.MAILED_CODE_MINUTES)


def verify_email(*, key: str, user: User | None) -> None:
    """Take the address to which a code or link was sent as the user's. A code needs its ``user``, signed in.

    Raises ``CodeInvalid``, also after ``CODE_TRIES`` wrong codes, or ``Unauthenticated``.
    """
    if len(key) > CODE_DIGITS:
        found = _by_key(key, Purpose.VERIFY)
    elif user is None:
        raise Unauthenticated("Sign in to enter a code.")
    else:
        found = _by_code(user, key, Purpose.VERIFY)
    refusal = CodeInvalid("This code is wrong or has expired; ask for a new one.")
    if found is None:
        raise refusal
    try:
        with transaction.atomic():
            _take_address(found)
    except IntegrityError:
        raise refusal from None


def _take_address(code: MailedCode) -> None:
    locked = services.lock(code.user_id)
    if not locked or not locked[0].is_active or not _use(code):
        raise CodeInvalid("This code was used already.")
    (user,) = locked
    old_email = user.email if user.email_verified_at else ""
    wanted = user.pending_email or user.email
    if wanted.lower() != code.email.lower():
        raise CodeInvalid("This code is for another address.")
    user.email, user.pending_email, user.email_verified_at = wanted, "", timezone.now()
    user.save(update_fields=["email", "pending_email", "email_verified_at"])
    if old_email:
        queue.enqueue(kind="address_changed", address=old_email, facts={"user_id": user.pk})
    publish(AccountChanged(user_id=user.pk))


def request_sign_in_code(email: str) -> None:
    """Send a code that signs in, if an account has proven this address.

    Whether there is one is looked up when the mail is sent, so that neither the answer nor its time tells.
    """
    queue.enqueue(kind="sign_in_code", address=email)


@queue.kind("sign_in_code")
def render_sign_in_code(address: str, _: Mapping[str, Any]) -> Letter | None:
    """Make the code. None for a claimed address: its owner must not get into an account of the claimant."""
    user = selectors.by_verified_email(address)
    if user is None or not user.is_active:
        return None
    code, _key = _new_code(user, Purpose.SIGN_IN, address)
    return _letter("sign_in", user, code=code, minutes=settings.MAILED_CODE_MINUTES)


def redeem_sign_in_code(*, email: str, code: str) -> User:
    """Return the user who signs in by this code. Raises ``InvalidCredentials``."""
    user = selectors.by_verified_email(email)
    found = _by_code(user, code, Purpose.SIGN_IN) if user else None
    if user is None or found is None or not _use(found):
        raise InvalidCredentials("This code is wrong or has expired; ask for a new one.")
    return user


def _new_code(user: User, purpose: str, email: str) -> tuple[str, str]:
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    secret = secrets.token_urlsafe(24)
    MailedCode.objects.update_or_create(
        user=user,
        purpose=purpose,
        defaults={
            "email": email,
            "code_digest": _digest(user.pk, purpose, email, code),
            "key_digest": _digest(user.pk, purpose, email, secret),
            "expires_at": timezone.now() + timedelta(minutes=settings.MAILED_CODE_MINUTES),
            "tries": 0,
        },
    )
    return code, f"{int_to_base36(user.pk)}-{secret}"


def _by_code(user: User, code: str, purpose: str) -> MailedCode | None:
    open_codes = MailedCode.objects.filter(user=user, purpose=purpose, expires_at__gt=timezone.now())
    # Counted by one conditional update before the comparison: guesses sent at once are not compared for free.
    if not open_codes.filter(tries__lt=CODE_TRIES).update(tries=F("tries") + 1):
        return None
    found = open_codes.first()
    if found is None:
        return None
    is_right = constant_time_compare(found.code_digest, _digest(user.pk, purpose, found.email, code))
    return found if is_right else None


def _by_key(key: str, purpose: str) -> MailedCode | None:
    number, _, secret = key.partition("-")
    user_id = _number(number)
    found = MailedCode.objects.filter(
        user=user_id, purpose=purpose, expires_at__gt=timezone.now(), user__is_active=True
    ).first()
    if found is None:
        return None
    is_right = constant_time_compare(found.key_digest, _digest(user_id, purpose, found.email, secret))
    return found if is_right else None


def _number(text: str) -> UserId:
    try:
        return UserId(min(base36_to_int(text), 2**63 - 1))
    except ValueError:
        return UserId(0)


def _use(code: MailedCode) -> bool:
    """Delete the code; of two uses at once one deletes it."""
    deleted, _ = MailedCode.objects.filter(pk=code.pk, code_digest=code.code_digest).delete()
    return bool(deleted)


def request_reset(email: str) -> None:
    """Send a link to set a new password, if there is such an account.

    Whether there is one is looked up when the mail is sent, so that neither the answer nor its time tells.
    """
    queue.enqueue(kind="reset_password", address=email)


@queue.kind("reset_password")
def render_reset(address: str, _: Mapping[str, Any]) -> Letter | None:
    """Make the link; it works once, because the password that it replaces is part of its signature."""
    user = selectors.by_verified_email(address) or selectors.by_claimed_email(address)
    if user is None or not user.is_active or user.is_guest:
        return None
    key = f"{int_to_base36(user.pk)}-{default_token_generator.make_token(user)}"
    link = f"{settings.SITE_URL}/reset?key={quote(key)}"
    return _letter("reset", user, link=link, minutes=settings.PASSWORD_RESET_TIMEOUT // 60)


def reset_password(*, key: str, password: str) -> None:
    """Set a new password and sign out everywhere; the address is verified, as the link came to it.

    Raises ``ResetInvalid`` or ``Invalid`` (the password).
    """
    user = _user_of(key)
    services.check_password(password=password, username=user.username, email=user.email)
    user.set_password(password)
    try:
        with transaction.atomic():
            services.lock(user.pk)
            _user_of(key)  # it may have been used while the password was hashed
            if user.email_verified_at is None:
                # The owner of the address takes the account over, which somebody else may have made.
                Link.objects.filter(user=user).delete()
                Passkey.objects.filter(user=user).delete()
                second_factor.forget(user.pk)
            user.email_verified_at = user.email_verified_at or timezone.now()
            user.save(update_fields=["password", "email_verified_at"])
    except IntegrityError:
        raise ResetInvalid("Another account has verified this address.") from None


def _user_of(key: str) -> User:
    number, _, signature = key.partition("-")
    user = User.objects.filter(pk=_number(number), is_active=True).first()
    if user is None or not default_token_generator.check_token(user, signature):
        raise ResetInvalid("This link is not valid any more; ask for a new one.")
    return user


@queue.kind("address_asked")
def render_address_asked(_: str, facts: Mapping[str, Any]) -> Letter | None:
    """Tell the address of an account that it is to be replaced."""
    return _notice("address_asked", facts, link=f"{settings.SITE_URL}/profile/account")


@queue.kind("address_changed")
def render_address_changed(_: str, facts: Mapping[str, Any]) -> Letter | None:
    """Tell the old address of an account that it has a new one."""
    return _notice("address_changed", facts)


@queue.kind("new_device")
def render_new_device(_: str, facts: Mapping[str, Any]) -> Letter | None:
    """Tell the owner of a sign-in from a device that was never seen before."""
    return _notice(
        "new_device",
        facts,
        device=" · ".join(filter(None, (facts["user_agent"], facts["ip"]))),
        at=datetime.fromisoformat(facts["at"]),
        link=f"{settings.SITE_URL}/profile/account",
    )


@queue.kind("merged")
def render_merged(_: str, facts: Mapping[str, Any]) -> Letter | None:
    """Tell the addresses of two accounts that one was merged into the other."""
    return _notice("merged", facts, former=facts["former"])


def _notice(template: str, facts: Mapping[str, Any], **context: Any) -> Letter | None:
    user = User.objects.filter(pk=facts["user_id"], is_active=True).first()
    return _letter(template, user, **context) if user else None


def _letter(template: str, user: User, **context: Any) -> Letter:
    path = f"accounts/mail/{{language}}/{template}.txt"
    return queue.from_template(path, {**context, "user": user}, language=user.language)


def _digest(user_id: int, purpose: str, email: str, secret: str) -> str:
    return salted_hmac(
        f"accounts.{purpose}_code", f"{user_id}:{email}:{secret}", algorithm="sha256"
    ).hexdigest()
