"""Registration: full accounts, guests, and guests that become full accounts."""

import re
import secrets
from collections.abc import Iterable
from string import ascii_lowercase, digits
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.commands import Register
from accounts.events import AccountChanged
from accounts.models import USERNAME_LENGTH, User
from accounts.refusals import NotAGuest, UsernameTaken
from accounts.services.checks import check_free, check_name, check_password, unique
from accounts.services.locks import lock_open
from accounts.services.profile import ask_to_verify
from accounts.services.sessions import Device, SignedIn, open_session, replace_refresh
from core import live_settings, words
from core.calls import run_before
from core.mail import queue
from core.storing import store
from realtime.publishing import publish


def register(*, email: str, password: str, username: str = "", device: Device) -> SignedIn:
    """Create an account and sign it in.

    Raises ``UsernameTaken``, ``EmailTaken`` or ``Invalid`` (the name or the password).
    """
    check_name(username)
    check_password(password=password, username=username, email=email)
    check_free(email=email, username=username)
    user = _create(
        names=[username] if username else _names_from(email), email=email, password=make_password(password)
    )
    return open_session(user, device=device, method="register")


@transaction.atomic
def register_guest(*, username: str = "", device: Device) -> SignedIn:
    """Create an account without e-mail and password and sign it in.

    Raises ``UsernameTaken`` or ``Invalid`` (the name).
    """
    return open_session(create_guest(username=username), device=device, method="guest")


def create_guest(*, username: str = "") -> User:
    """Create an account without e-mail and password. Raises ``UsernameTaken`` or ``Invalid`` (the name)."""
    check_name(username)
    names = [username] if username else (f"guest_{_random(length)}" for length in (6, 8, 12))
    return _create(names=names, email="", password=_no_password(), is_guest=True)


def create_by_provider(*, name: str, email: str) -> User:
    """Create an account without a password, with an address that a provider has verified if it is free."""
    if email and User.objects.filter(email__lower=email.lower()).exists():
        email = ""
    verified_at = timezone.now() if email else None
    names = _names_from(name or email or "player")
    return _create(names=names, email=email, password=_no_password(), email_verified_at=verified_at)


def become_full(user: User) -> None:
    """Make a full account of a guest that has got a way in; in the transaction of the caller."""
    if User.objects.filter(pk=user.pk, is_guest=True).update(is_guest=False):
        publish(AccountChanged(user_id=user.pk))


def upgrade(*, user: User, session_id: int, email: str, password: str, username: str = "") -> SignedIn:
    """Turn a guest into a full account that keeps everything it owns; its session gets new tokens.

    Raises ``NotAGuest``, ``UsernameTaken``, ``EmailTaken``, ``Invalid`` (name, password) or ``SessionEnded``.
    """
    if not user.is_guest:
        raise NotAGuest("This account has an e-mail and a password already.")
    check_name(username)
    call = run_before(Register(username=username or user.username, email=email), user_id=user.pk)
    username, email = call.username, call.email
    check_password(password=password, username=username, email=email)
    check_free(email=email, username=username, but=user)
    hashed = make_password(password)
    with unique(username=username, email=email, but=user):
        lock_open(user)
        changed = User.objects.filter(pk=user.pk, is_guest=True).update(
            username=username, email=email, password=hashed, is_guest=False
        )
        if changed:
            queue.enqueue(kind="verify_email", address=email, facts={"user_id": user.pk})
    if not changed:
        raise NotAGuest("This account has just been upgraded.")
    publish(AccountChanged(user_id=user.pk))
    user.refresh_from_db()
    return SignedIn(user, replace_refresh(user, session_id=session_id))


new_accounts = live_settings.declare("new_accounts", True, "New accounts can be made, guests too")


def _create(*, names: Iterable[str], email: str, **fields: Any) -> User:
    """Create an account with the first free name of these."""
    live_settings.check_is_on(new_accounts)
    refusal: UsernameTaken | None = None
    for username in names:
        call = run_before(Register(username=username, email=email), user_id=None)
        try:
            with unique(username=call.username, email=call.email):
                user = User(username=call.username, email=call.email, **fields)
                store(user)
                ask_to_verify(user)
                return user
        except UsernameTaken as taken:
            refusal = taken
    raise refusal or ValueError("No names given")


def _names_from(email: str) -> Iterable[str]:
    base = re.sub(r"[^A-Za-z0-9_.-]", "_", email.partition("@")[0])[: USERNAME_LENGTH[-1] - 7]
    if words.is_reserved(base) or words.is_offensive(base):
        base = "player"
    elif len(base) >= USERNAME_LENGTH[0]:
        yield base
    for length in (4, 6):
        yield f"{base}_{_random(length)}"


def _no_password() -> str:
    # As ``make_password(None)``, which draws forty characters one by one.
    return f"{UNUSABLE_PASSWORD_PREFIX}{secrets.token_urlsafe(30)}"


def _random(length: int) -> str:
    return get_random_string(length, ascii_lowercase + digits)
