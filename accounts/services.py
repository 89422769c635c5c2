"""All writes to accounts and their sessions."""

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
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import selectors, tokens
from accounts.commands import Register, Rename
from accounts.events import AccountChanged, SessionOpened, SessionsEnded, SignedOut
from accounts.models import LAST_SEEN_LAG_S, USERNAME_LENGTH, Session, SignIn, User
from accounts.refusals import EmailTaken, NotAGuest, SessionEnded, TokenInvalid, TokenReused, UsernameTaken
from accounts.shapes import TokenPair
from core import personal_data, words
from core.calls import run_before
from core.ids import UserId
from core.mail import queue
from core.refusals import Invalid, NotFound
from core.statements import Insert, Update, statement
from realtime.publishing import publish

# Covers lost responses and two tabs that refresh at once. The holder of the token counts as the same client
# whatever the address, which may change just when responses get lost. A thief within this time is detected
# when the new pair is used twice.
REPEATED_FOR = timedelta(seconds=10)

_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Device:
    """The client from which a user signs in."""

    user_agent: str = ""
    ip: str | None = None
    language: str = "en"


@dataclass(frozen=True)
class SignedIn:
    """A user and the tokens of a new session."""

    user: User
    tokens: TokenPair


def register(*, email: str, password: str, username: str = "", device: Device) -> SignedIn:
    """Create an account and sign it in.

    Raises ``UsernameTaken``, ``EmailTaken`` or ``Invalid`` (the name or the password).
    """
    _check_name(username)
    check_password(password, username=username, email=email)
    _check_free(email=email, username=username)
    user = _create(
        names=[username] if username else _names_from(email), email=email, password=make_password(password)
    )
    return open_session(user, device=device, method="register")


def register_guest(*, username: str = "", device: Device) -> SignedIn:
    """Create an account without e-mail and password and sign it in.

    Raises ``UsernameTaken`` or ``Invalid`` (the name).
    """
    return open_session(create_guest(username=username), device=device, method="guest")


def create_guest(*, username: str = "") -> User:
    """Create an account without e-mail and password. Raises ``UsernameTaken`` or ``Invalid`` (the name)."""
    _check_name(username)
    names = [username] if username else (f"guest_{_random(length)}" for length in (6, 8, 12))
    return _create(names=names, email="", password=make_password(None), is_guest=True)


def create_by_provider(*, name: str, email: str) -> User:
    """Create an account without a password, with an address that a provider has verified if it is free."""
    if email and User.objects.filter(email__lower=email.lower()).exists():
        email = ""
    verified_at = timezone.now() if email else None
    names = _names_from(name or email or "player")
    return _create(names=names, email=email, password=make_password(None), email_verified_at=verified_at)


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
    _check_name(username)
    call = run_before(Register(username=username or user.username, email=email), user_id=user.pk)
    username, email = call.username, call.email
    check_password(password, username=username, email=email)
    _check_free(email=email, username=username, but=user)
    hashed = make_password(password)
    with _unique(username=username, email=email, but=user):
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
    return SignedIn(user, _replace_refresh(user, session_id))


def lock(*user_ids: UserId) -> list[User]:
    """Lock the existing accounts among these until the transaction ends.

    These locks serialise everything that happens between users. Take them first; they are taken by ascending
    id to avoid deadlocks.
    """
    # Not ``pk__in``, which passes ids beyond the column's range to the database.
    wanted = reduce(or_, (Q(pk=user_id) for user_id in user_ids))
    return list(User.objects.select_for_update(no_key=True).filter(wanted).order_by("pk"))


@statement
def _open_session(
    user_id: UserId, refresh_id: UUID | None, now: datetime, user_agent: str, ip: str | None
) -> Insert:
    return Insert(
        Session,
        user=user_id,
        refresh_id=refresh_id,
        last_seen=now,
        proven_at=now,
        user_agent=user_agent,
        ip=ip,
        returning=("id",),
    )


@transaction.atomic
def open_session(user: User, *, device: Device, method: str = "password") -> SignedIn:
    """Sign the user in on a device; the owner is told of one that was never seen before."""
    session = Session(refresh_id=uuid4())
    ((session.pk,),) = _open_session(
        user.pk, session.refresh_id, timezone.now(), device.user_agent[:200], device.ip
    )
    if user.language != device.language:
        user.language = device.language
        User.objects.filter(pk=user.pk).update(language=device.language)
    if user.email_verified_at is not None and selectors.is_new_device(user.pk, device.user_agent[:200]):
        facts = {"user_id": user.pk, "user_agent": device.user_agent[:200], "ip": device.ip}
        facts["at"] = timezone.now().isoformat()
        queue.enqueue(kind="new_device", address=user.email, facts=facts)
    log_sign_in(user, device=device, method=method, outcome=SignIn.Outcome.OK)
    publish(SessionOpened(session_id=session.pk))
    return SignedIn(user, tokens.issue(user, session))


def log_sign_in(user: User | None, *, device: Device, method: str, outcome: str) -> None:
    """Add an entry to the sign-in log."""
    _log.count(user.pk if user else None, method, outcome, device.user_agent[:200], device.ip, timezone.now())


@statement
def _log(
    user_id: int | None, method: str, outcome: str, user_agent: str, ip: str | None, at: datetime
) -> Insert:
    return Insert(SignIn, user=user_id, method=method, outcome=outcome, user_agent=user_agent, ip=ip, at=at)


@statement
def _rotate(
    session_id: int,
    old_id: UUID,
    new_id: UUID | None,
    now: datetime,
    active_since: datetime,
    created_since: datetime,
    ip: str | None,
) -> Update:
    return Update(
        _active(session_id, active_since, created_since).filter(Q(refresh_id=old_id) | Q(refresh_id=None)),
        refresh_id=new_id,
        previous_refresh_id=old_id,
        rotated_at=now,
        last_seen=now,
        ip=ip,
    )


@statement
def _renewed_before(
    session_id: int, old_id: UUID, since: datetime, active_since: datetime, created_since: datetime
) -> QuerySet[Session]:
    return _active(session_id, active_since, created_since).filter(
        previous_refresh_id=old_id, rotated_at__gte=since
    )


def _active(session_id: int, since: datetime, created_since: datetime) -> QuerySet[Session]:
    return Session.objects.filter(
        pk=session_id, ended_at=None, last_seen__gte=since, created_at__gte=created_since
    )


@statement
def _user_of(session_id: int) -> QuerySet[User]:
    return User.objects.filter(sessions=session_id, is_active=True)


def rotate(refresh: str, *, ip: str | None) -> SignedIn:
    """Exchange a refresh token for new tokens. It is valid once; within ``REPEATED_FOR`` it returns the same.

    Raises ``TokenInvalid``, ``TokenExpired``, ``SessionEnded`` or, if it was used before, ``TokenReused``:
    the session then ends, because one of the token's two holders has stolen it.
    """
    old = tokens.read_refresh(refresh)
    now = timezone.now()
    limit = now - timedelta(seconds=settings.SESSION_TIMEOUT + LAST_SEEN_LAG_S)
    oldest = now - settings.SESSION_MAX_AGE
    # One conditional UPDATE: of concurrent requests exactly one finds the old id.
    fresh = Session(pk=old.session_id, refresh_id=uuid4(), rotated_at=now)
    if not _rotate.count(old.session_id, old.refresh_id, fresh.refresh_id, now, limit, oldest, ip):
        renewed_before = _renewed_before.first(
            old.session_id, old.refresh_id, now - REPEATED_FOR, limit, oldest
        )
        if renewed_before is None:
            raise _why_not(old, limit, oldest)
        fresh = renewed_before
    user = _user_of.first(old.session_id)
    if user is None:
        raise SessionEnded("This account is shut.")
    return SignedIn(user, tokens.issue(user, fresh))


def _why_not(
    old: tokens.Refresh, limit: datetime, oldest: datetime
) -> TokenInvalid | SessionEnded | TokenReused:
    session = Session.objects.filter(pk=old.session_id).first()
    if session is None:
        return TokenInvalid("This is no token of ours.")
    if session.ended_at is not None:
        return SessionEnded()
    end_sessions(Session.objects.filter(pk=session.pk))
    if session.last_seen < limit:
        return SessionEnded("This session was silent for too long; sign in again.")
    if session.created_at < oldest:
        return SessionEnded("This session is too old; sign in again.")
    return TokenReused("This refresh token was used before, so the session has been ended; sign in again.")


def _replace_refresh(user: User, session_id: int) -> TokenPair:
    session = Session(pk=session_id, refresh_id=uuid4(), rotated_at=timezone.now())
    changed = Session.objects.filter(pk=session_id, ended_at=None).update(
        refresh_id=session.refresh_id, previous_refresh_id=None, rotated_at=session.rotated_at
    )
    if not changed:
        raise SessionEnded
    return tokens.issue(user, session)


def name_session(*, user_id: UserId, session_id: int, name: str) -> None:
    """Give one of the user's devices a name. Raises ``NotFound``."""
    if not Session.objects.filter(pk=session_id, user_id=user_id, ended_at=None).update(name=name):
        raise NotFound("There is no such session.")


def end_session(*, user_id: UserId, session_id: int) -> None:
    """Sign out one of the user's devices. Raises ``NotFound``."""
    if not end_sessions(Session.objects.filter(pk=session_id, user_id=user_id)):
        raise NotFound("There is no such session.")


@transaction.atomic
def end_sessions(sessions: QuerySet[Session]) -> int:
    """End these sessions: reject tokens and close sockets on all workers. Return their number."""
    sessions = sessions.filter(ended_at=None)
    # Locks the users: if a user's last two sessions end at once, the later must notice that it is the last.
    users = User.objects.filter(pk__in=sessions.values("user")).order_by("pk").select_for_update(no_key=True)
    user_ids = list(users.values_list("pk", flat=True))
    ids = list(sessions.values_list("pk", flat=True))
    ended = Session.objects.filter(pk__in=ids, ended_at=None).update(ended_at=Now())
    publish(SessionsEnded(session_ids=ids))
    if gone := set(user_ids) - selectors.signed_in(user_ids):
        publish(SignedOut(user_ids=sorted(gone)))
    return ended


@transaction.atomic
def keep_signed_in_after_restore() -> int:
    """Keep the sessions of a restored backup valid; return their number.

    Clients may hold newer refresh tokens than the backup knows. Session ids used since the backup are
    skipped, so that their tokens do not open new sessions.
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
def shut(user: User) -> None:
    """Shut an account: it cannot sign in, its tokens are rejected and its sockets closed."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(Session.objects.filter(user=user))


def open_again(user: User) -> None:
    """Open an account that was shut. Raises ``NotFound`` if it is erased."""
    if not User.objects.filter(pk=user.pk, erased_at=None).update(is_active=True):
        raise NotFound("This account is erased.")


def change_password(*, user: User, password: str, session_id: int) -> None:
    """Set a new password and sign out every other device. Raises ``Invalid`` or ``SessionEnded``."""
    check_password(password, username=user.username, email=user.email, field="new_password")
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
    _check_name(changes.get("username", ""))
    if "username" in changes:
        changes["username"] = run_before(Rename(username=changes["username"]), user_id=user.pk).username
    for field, value in changes.items():
        setattr(user, field, value)
    _check_free(email=changes.get("email", ""), username=changes.get("username", ""), but=user)
    with _unique(username=user.username, email=user.email, but=user):
        lock_open(user)
        if "email" in changes:
            _ask_to_verify(user)
        user.save(update_fields=[*changes])
    return user


def lock_open(user: User) -> list[User]:
    """Lock an account before changing it; return it. Raises ``SessionEnded`` if it is erased or banned."""
    locked = lock(user.pk)
    if not any(now.is_active for now in locked):
        raise SessionEnded("This account is gone.")
    return locked


@transaction.atomic
def erase(user: User) -> None:
    """Erase a user: every app erases its data, and all sessions end.

    An anonymous row remains, because other users' games, trades and messages may refer to it.
    """
    lock(user.pk)
    personal_data.erase(user.pk)
    Session.objects.filter(user=user).update(user_agent="", ip=None)
    user.username = f"erased_{_random(12)}"
    user.email_verified_at = user.birth_date = user.marketing_consent_at = None
    user.email = user.pending_email = user.first_name = user.last_name = ""
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = user.is_premium = False
    user.erased_at = timezone.now()
    user.last_login = None
    user.save()  # the reaction to this ends the sessions
    user.groups.clear()
    user.user_permissions.clear()


def check_password(password: str, *, username: str, email: str, field: str = "password") -> None:
    """Check a password with Django's validators. Raises ``Invalid``."""
    try:
        validate_password(password, User(username=username, email=email))
    except ValidationError as error:
        raise Invalid("This password is too weak.", details={field: list(error.messages)}) from None


def _check_name(username: str) -> None:
    """Check a chosen name against offensive and reserved names. Raises ``Invalid``."""
    if username and (words.is_reserved(username) or words.is_offensive(username)):
        raise Invalid("This name may not be used.", details={"username": ["This name may not be used."]})


def _create(*, names: Iterable[str], email: str, **fields: Any) -> User:
    """Create an account with the first free name of these."""
    refusal: UsernameTaken | None = None
    for username in names:
        call = run_before(Register(username=username, email=email), user_id=None)
        try:
            with _unique(username=call.username, email=call.email):
                user = User.objects.create(username=call.username, email=call.email, **fields)
                _ask_to_verify(user)
                return user
        except UsernameTaken as taken:
            refusal = taken
    raise refusal or ValueError("No names given")


def _ask_to_verify(user: User) -> None:
    if user.email and user.email_verified_at is None:
        queue.enqueue(kind="verify_email", address=user.email, facts={"user_id": user.pk})


def _names_from(email: str) -> Iterable[str]:
    base = re.sub(r"[^A-Za-z0-9_.-]", "_", email.partition("@")[0])[: USERNAME_LENGTH[-1] - 7]
    if words.is_reserved(base) or words.is_offensive(base):
        base = "player"
    elif len(base) >= USERNAME_LENGTH[0]:
        yield base
    for length in (4, 6):
        yield f"{base}_{_random(length)}"


def _check_free(*, email: str, username: str, but: User | None = None) -> None:
    """Raise what the constraints would raise later, before time is spent on hashing."""
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if username and others.filter(username__lower=username.lower()).exists():
        raise UsernameTaken(f"The name {username} is taken.", details={"username": ["This name is taken."]})
    # Nobody is told that an address is verified by another: the owner gets a mail instead.
    if email and others.filter(email__lower=email.lower(), email_verified_at=None).exists():
        raise EmailTaken("This address has an account.", details={"email": ["This address has an account."]})


def check_unclaimed(email: str) -> None:
    """Raise ``EmailTaken`` if an account claims this address without having verified it."""
    _check_free(email=email, username="")


@contextmanager
def _unique(*, username: str, email: str, but: User | None = None) -> Iterator[None]:
    """Turn a constraint violation in the block into ``UsernameTaken`` or ``EmailTaken``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _check_free(username=username, email=email, but=but)
        raise


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
