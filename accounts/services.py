"""What can be done to accounts and their sessions: the only writes."""

import re
import secrets
import string
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import live, own_profile, selectors, tokens
from accounts.events import SignedOut
from accounts.models import USERNAME_LENGTH, Session, User
from accounts.refusals import EmailTaken, NotAGuest, SessionEnded, TokenInvalid, TokenReused, UsernameTaken
from accounts.shapes import TokenPair
from core import personal_data, words
from core.refusals import Invalid, NotFound
from realtime.publishing import publish

# An answer gets lost, or two tabs refresh at once. Whoever holds the token counts as the same client, for an
# address changes just when answers get lost. A thief this quick is found out when the new pair is used twice.
REPEATED_FOR = timedelta(seconds=10)

_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Device:
    """From where somebody signs in."""

    user_agent: str = ""
    ip: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A user with the tokens of a session."""

    user: User
    tokens: TokenPair


def register(*, email: str, password: str, username: str = "", device: Device) -> SignedIn:
    """Make an account and sign it in.

    Raises ``UsernameTaken``, ``EmailTaken`` or ``Invalid`` (the name or the password).
    """
    _check_name(username)
    check_password(password, username=username, email=email)
    _check_free(email=email, username=username)
    user = _create(
        names=[username] if username else _names_from(email), email=email, password=make_password(password)
    )
    return open_session(user, device)


def register_guest(*, username: str = "", device: Device) -> SignedIn:
    """Make an account that needs no e-mail and password, and sign it in.

    Raises ``UsernameTaken`` or ``Invalid`` (the name).
    """
    _check_name(username)
    names = [username] if username else (f"guest_{_random(length)}" for length in (6, 8, 12))
    user = _create(names=names, email="", password=make_password(None), is_guest=True)
    return open_session(user, device)


def upgrade(*, user: User, session_id: int, email: str, password: str, username: str = "") -> SignedIn:
    """Turn a guest into a full account that keeps all it owns; its session gets new tokens.

    Raises ``NotAGuest``, ``UsernameTaken``, ``EmailTaken``, ``Invalid`` (name, password) or ``SessionEnded``.
    """
    if not user.is_guest:
        raise NotAGuest("This account has an e-mail and a password already.")
    _check_name(username)
    username = username or user.username
    check_password(password, username=username, email=email)
    _check_free(email=email, username=username, but=user)
    hashed = make_password(password)
    with _unique(username=username, email=email, but=user):
        _lock_open(user)
        changed = User.objects.filter(pk=user.pk, is_guest=True).update(
            username=username, email=email, password=hashed, is_guest=False
        )
    if not changed:
        raise NotAGuest("This account has just been upgraded.")
    own_profile.forget(user.pk)
    user.refresh_from_db()
    return SignedIn(user, _replace_refresh(user, session_id))


def lock(*user_ids: int) -> list[User]:
    """Lock these accounts, as far as they are there, until the transaction ends.

    What is done between users is done in the order of these locks. They are taken first, by rising id, so
    that nobody waits for each other in a circle.
    """
    # Not ``pk__in``, which lets the database meet numbers that are too large for it.
    wanted = reduce(or_, (Q(pk=user_id) for user_id in user_ids))
    return list(User.objects.select_for_update(no_key=True).filter(wanted).order_by("pk"))


def open_session(user: User, device: Device) -> SignedIn:
    """Sign the user in on a device."""
    session = Session.objects.create(
        user=user, last_seen=timezone.now(), user_agent=device.user_agent[:200], ip=device.ip
    )
    transaction.on_commit(lambda: live.remember(session.pk))
    return SignedIn(user, tokens.issue(user, session))


def rotate(refresh: str) -> SignedIn:
    """New tokens for a refresh token, which is good once; within ``REPEATED_FOR`` it gives the same again.

    Raises ``TokenInvalid``, ``TokenExpired``, ``SessionEnded`` or, if it was used before, ``TokenReused``:
    the session then ends, for one of the token's two holders is not who it should be.
    """
    old = tokens.read_refresh(refresh)
    now = timezone.now()
    limit = now - timedelta(seconds=settings.SESSION_TIMEOUT + live.SLACK_S)
    sessions = Session.objects.filter(pk=old.session_id, ended_at=None, last_seen__gte=limit)
    # One conditional statement: of many at once, exactly one finds the old id in place.
    fresh = Session(pk=old.session_id, refresh_id=uuid4(), rotated_at=now)
    won = sessions.filter(Q(refresh_id=old.refresh_id) | Q(refresh_id=None)).update(
        refresh_id=fresh.refresh_id, previous_refresh_id=old.refresh_id, rotated_at=now, last_seen=now
    )
    if not won:
        repeated = sessions.filter(previous_refresh_id=old.refresh_id, rotated_at__gte=now - REPEATED_FOR)
        renewed_before = repeated.first()
        if renewed_before is None:
            raise _why_not(old, limit)
        fresh = renewed_before
    user = User.objects.filter(sessions=old.session_id, is_active=True).first()
    if user is None:
        raise SessionEnded("This account is shut.")
    return SignedIn(user, tokens.issue(user, fresh))


def _why_not(old: tokens.Refresh, limit: datetime) -> TokenInvalid | SessionEnded | TokenReused:
    session = Session.objects.filter(pk=old.session_id).first()
    if session is None:
        return TokenInvalid("This is no token of ours.")
    if session.ended_at is not None:
        return SessionEnded()
    end_sessions(Session.objects.filter(pk=session.pk))
    if session.last_seen < limit:
        return SessionEnded("This session was silent for too long; sign in again.")
    return TokenReused("This refresh token was used before, so the session has been ended; sign in again.")


def _replace_refresh(user: User, session_id: int) -> TokenPair:
    session = Session(pk=session_id, refresh_id=uuid4(), rotated_at=timezone.now())
    changed = Session.objects.filter(pk=session_id, ended_at=None).update(
        refresh_id=session.refresh_id, previous_refresh_id=None, rotated_at=session.rotated_at
    )
    if not changed:
        raise SessionEnded
    return tokens.issue(user, session)


def end_session(*, user_id: int, session_id: int) -> None:
    """Sign one of the user's devices out. Raises ``NotFound``."""
    if not end_sessions(Session.objects.filter(pk=session_id, user_id=user_id)):
        raise NotFound("There is no such session.")


@transaction.atomic
def end_sessions(sessions: QuerySet[Session]) -> int:
    """End these sessions: their tokens are refused and their sockets closed, everywhere. Says how many."""
    sessions = sessions.filter(ended_at=None)
    # Of a user's last two that end at the same moment, the later one is to find that it is the last.
    users = User.objects.filter(pk__in=sessions.values("user")).order_by("pk").select_for_update(no_key=True)
    user_ids = list(users.values_list("pk", flat=True))
    ids = list(sessions.values_list("pk", flat=True))
    ended = Session.objects.filter(pk__in=ids, ended_at=None).update(ended_at=Now())
    # At once for this transaction's own eyes, and everywhere when others can see it.
    live.doubt(ids)
    transaction.on_commit(lambda: live.doubt_everywhere(ids), robust=True)
    if gone := set(user_ids) - selectors.signed_in(user_ids):
        publish(SignedOut(user_ids=sorted(gone)))
    return ended


@transaction.atomic
def keep_signed_in_after_restore() -> int:
    """Let the sessions of a restored backup go on, whatever became of them since. Says how many.

    Their refresh tokens may be newer than what the backup knows. Tokens of sessions that it does not know at
    all must not open those that would get the same numbers, so these numbers are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_NUMBERS_OUT[connection.vendor], [NUMBERS_LEFT_OUT])
    sessions = Session.objects.filter(ended_at=None)
    return sessions.update(refresh_id=None, previous_refresh_id=None, last_seen=timezone.now())


NUMBERS_LEFT_OUT = 10_000_000
_LEAVE_NUMBERS_OUT = {
    "postgresql": "SELECT setval(pg_get_serial_sequence('accounts_session', 'id'),"
    " (SELECT coalesce(max(id), 0) + %s FROM accounts_session))",
    "sqlite": "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = 'accounts_session'",
}


@transaction.atomic
def ban(user: User) -> None:
    """Shut an account: nobody signs in to it, its tokens are refused and its sockets closed."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(Session.objects.filter(user=user))


def lift_ban(user: User) -> None:
    """Open a shut account again. Raises ``NotFound`` for one that is erased."""
    if not User.objects.filter(pk=user.pk, erased_at=None).update(is_active=True):
        raise NotFound("This account is erased.")


def change_password(*, user: User, password: str, session_id: int) -> None:
    """Set a new password, and sign out every other device. Raises ``Invalid`` or ``SessionEnded``."""
    check_password(password, username=user.username, email=user.email, field="new_password")
    user.set_password(password)
    user.stays_signed_in = session_id
    with transaction.atomic():
        _lock_open(user)
        # Another device may have changed it, and signed this one out, while the old one was checked.
        if not Session.objects.filter(pk=session_id, ended_at=None).exists():
            raise SessionEnded
        user.save(update_fields=["password"])


def change_profile(*, user: User, changes: dict[str, str]) -> User:
    """Set ``username`` and ``email``.

    Raises ``UsernameTaken``, ``EmailTaken``, ``Invalid`` (the name) or ``SessionEnded``.
    """
    changes = {field: value for field, value in changes.items() if value != getattr(user, field)}
    if not changes:
        return user
    _check_name(changes.get("username", ""))
    for field, value in changes.items():
        setattr(user, field, value)
    _check_free(email=changes.get("email", ""), username=changes.get("username", ""), but=user)
    with _unique(username=user.username, email=user.email, but=user):
        _lock_open(user)
        user.save(update_fields=list(changes))
    return user


def _lock_open(user: User) -> None:
    """Lock an account to change it. Raises ``SessionEnded``: what an erased one is given would stay in it."""
    if not any(now.is_active for now in lock(user.pk)):
        raise SessionEnded("This account is gone.")


@transaction.atomic
def erase(user: User) -> None:
    """Erase a person: every app erases its part, and sessions end.

    An empty shell remains, to which other people's games, trades and messages may still point.
    """
    lock(user.pk)
    personal_data.erase(user.pk)
    Session.objects.filter(user=user).update(user_agent="", ip=None)
    user.username = f"erased_{_random(12)}"
    user.email = user.first_name = user.last_name = ""
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = user.is_premium = False
    user.erased_at = timezone.now()
    user.last_login = None
    user.save()  # ends the sessions, for it is shut
    user.groups.clear()
    user.user_permissions.clear()


def check_password(password: str, *, username: str, email: str, field: str = "password") -> None:
    """Refuse a password that Django's validators do not take. Raises ``Invalid``."""
    try:
        validate_password(password, User(username=username, email=email))
    except ValidationError as error:
        raise Invalid("This password is too weak.", details={field: list(error.messages)}) from None


def _check_name(username: str) -> None:
    """Refuse a name that somebody chose and nobody may have. Raises ``Invalid``."""
    if username and (words.is_reserved(username) or words.is_offensive(username)):
        raise Invalid("This name may not be used.", details={"username": ["This name may not be used."]})


def _create(*, names: Iterable[str], **fields: Any) -> User:
    """An account with the first of these names that is free."""
    refusal: UsernameTaken | None = None
    for username in names:
        try:
            with _unique(username=username, email=fields["email"]):
                return User.objects.create(username=username, **fields)
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


def _check_free(*, email: str, username: str, but: User | None = None) -> None:
    """Say early, before a password is hashed in vain, what the constraints would say at the end."""
    others = User.objects.exclude(pk=but.pk if but else None)
    if username and others.filter(username__lower=username.lower()).exists():
        raise UsernameTaken(f"The name {username} is taken.", details={"username": ["This name is taken."]})
    if email and others.filter(email__lower=email.lower()).exists():
        raise EmailTaken("This address has an account.", details={"email": ["This address has an account."]})


@contextmanager
def _unique(*, username: str, email: str, but: User | None = None) -> Iterator[None]:
    """A write that the constraints refuse if somebody else was quicker."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _check_free(username=username, email=email, but=but)
        raise


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
