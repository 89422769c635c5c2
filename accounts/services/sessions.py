"""Sessions: opening, renewing and ending them, and the sign-in log."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as AdminSession
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import selectors, tokens
from accounts.events import SessionOpened, SessionsEnded, SignedOut
from accounts.models import LAST_SEEN_LAG_S, Session, SignIn, User
from accounts.refusals import SessionEnded, TokenInvalid, TokenReused
from accounts.shapes import TokenPair
from core import cells
from core.ids import UserId
from core.mail import queue
from core.refusals import NotFound
from core.statements import Insert, Update, statement
from realtime.publishing import publish

# Covers lost responses and two tabs that refresh at once. The holder of the token counts as the same client
# whatever the address, which may change just when responses get lost. A thief within this time is detected
# when the new pair is used twice.
REPEATED_FOR = timedelta(seconds=10)

NUMBERS_LEFT_OUT = 10_000_000
_LEAVE_NUMBERS_OUT = {
    "postgresql": "SELECT setval(pg_get_serial_sequence('accounts_session', 'id'),"
    " (SELECT coalesce(max(id), 0) + %s FROM accounts_session))",
    "sqlite": "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = 'accounts_session'",
}


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
    if user.language != device.language and not user.language_chosen:
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
    _log.later(user.pk if user else None, method, outcome, device.user_agent[:200], device.ip, timezone.now())


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
    if cells.is_foreign(old.session_id):
        raise TokenInvalid("Exchange this token where you signed in.")
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


def replace_refresh(user: User, *, session_id: int) -> TokenPair:
    """Give the session new tokens and reject its old ones. Raises ``SessionEnded``."""
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
def sign_out_everywhere(user: User) -> None:
    """End all sessions of an account, in the admin too."""
    end_sessions(Session.objects.filter(user=user))
    # Django's sessions cannot be filtered by user; only operators have one, so there are few.
    if user.is_staff:
        for session in AdminSession.objects.iterator():
            if session.get_decoded().get(SESSION_KEY) == str(user.pk):
                session.delete()


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
