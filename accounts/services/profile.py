"""Changes of name, address and password."""

from django.db import transaction

from accounts.commands import Rename
from accounts.events import AccountChanged
from accounts.models import Session, User
from accounts.refusals import SessionEnded
from accounts.services.checks import check_free, check_name, check_password, unique
from accounts.services.locks import lock, lock_open
from core.calls import run_before
from core.mail import queue
from realtime.publishing import publish


def change_password(*, user: User, password: str, session_id: int) -> None:
    """Set a new password and sign out every other device. Raises ``Invalid`` or ``SessionEnded``."""
    check_password(password=password, username=user.username, email=user.email, field="new_password")
    user.set_password(password)
    user.stays_signed_in = session_id
    with transaction.atomic():
        lock_open(user)
        # Another device may have changed it and ended this session while the old one was being verified.
        if not Session.objects.filter(pk=session_id, ended_at=None).exists():
            raise SessionEnded
        user.save(update_fields=["password"])


def change_profile(*, user: User, changes: dict[str, str]) -> User:
    """Set ``username`` and an ``email`` that replaces one that was never verified.

    Raises ``UsernameTaken``, ``EmailTaken``, ``Invalid`` (the name) or ``SessionEnded``.
    """
    changes = {field: value for field, value in changes.items() if value != getattr(user, field)}
    if not changes:
        return user
    check_name(changes.get("username", ""))
    if "username" in changes:
        changes["username"] = run_before(Rename(username=changes["username"]), user_id=user.pk).username
    for field, value in changes.items():
        setattr(user, field, value)
    check_free(email=changes.get("email", ""), username=changes.get("username", ""), but=user)
    with unique(username=user.username, email=user.email, but=user):
        lock_open(user)
        if "email" in changes:
            ask_to_verify(user)
        user.save(update_fields=[*changes])
    return user


@transaction.atomic
def choose_language(user: User, *, language: str) -> None:
    """Set the language of mails, which sign-ins leave as it is from now on. Raises ``SessionEnded``."""
    lock_open(user)
    user.language, user.language_chosen = language, True
    user.save(update_fields=["language", "language_chosen"])
    publish(AccountChanged(user_id=user.pk))


def rename(user: User, *, username: str) -> None:
    """Give an account another name, on behalf of the operators. Raises ``UsernameTaken`` or ``Invalid``."""
    check_name(username)
    with unique(username=username, email="", but=user):
        lock(user.pk)
        user.username = username
        user.save(update_fields=["username"])


def ask_to_verify(user: User) -> None:
    """Mail a link to an address that is not verified."""
    if user.email and user.email_verified_at is None:
        queue.enqueue(kind="verify_email", address=user.email, facts={"user_id": user.pk})
