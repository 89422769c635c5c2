"""Open sessions, cached in memory: checks cost no query, and endings take effect within a second.

Each process caches the sessions it has seen. The worker that ends a session tells the others, which close its
sockets; the elected worker looks for those of which nobody was told. A worker that is out of touch with Redis
polls the database twice a second instead. A background task does that, and stores when open sessions were
last active. If it is not running or is delayed, cached sessions are trusted for one second only and then read
again.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFailed
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from accounts import services
from accounts.events import SessionOpened, SessionsEnded
from accounts.models import LAST_SEEN_LAG_S, Session
from accounts.refusals import SessionEnded
from core import cells
from core.background import background
from core.batches import batched
from core.database import in_database
from core.due import look
from core.statements import statement
from realtime import broadcast, worker
from realtime.connections.registry import on_heard
from realtime.delivery.relay import relayed
from realtime.reactions import reacts_to
from realtime.socket import gate
from realtime.wire.identity import Identity, Named

logger = logging.getLogger(__name__)

# A call is written down at the next look if the last one written is old.
LOOK_EVERY_S = LAST_SEEN_LAG_S / 2
BATCH_SIZE = 1000
TRUSTED_FOR_S = 1.0
# ``ended_at`` may be set some time before its transaction commits.
OVERLAP = timedelta(seconds=10)


class _Known:
    """A cached session. Times are seconds since the epoch, except ``read_at`` (monotonic).

    ``user`` is None while the claims in its tokens (name, premium, guest, mfa) are known to be current.
    """

    __slots__ = ("heard", "is_doubtful", "is_over", "read_at", "user", "written")

    def __init__(self, last_seen: float, is_over: bool, read_at: float, user: Named | None = None) -> None:
        self.heard = last_seen
        self.user = user
        self.written = last_seen
        self.is_over = is_over
        self.is_doubtful = False
        self.read_at = read_at


class _Cache:
    """The sessions that a process has seen."""

    def __init__(self) -> None:
        self.known: dict[int, _Known] = {}
        self.looked_at = float("-inf")
        """Monotonic; every session that ended before this moment is known to have ended."""
        self.invalidated: set[int] = set()
        """Sessions that may have ended, or whose sockets may have outdated user data."""
        self.told: set[int] = set()
        """Ended sessions of which the elected worker has told all others."""
        self.generation = 0
        """Incremented by :func:`invalidate`: a read that spans an increment is not trusted."""


_NAMED = ("user__username", "user__is_premium", "user__is_guest", "user__has_mfa")


def _cache() -> _Cache:
    return worker.held(_Cache)


def check(session_id: int) -> None:
    """Record activity of the session. Raises ``SessionEnded``. May read the database."""
    if not _check_in_memory(session_id):
        _read(session_id)


def admit(who: Identity) -> None:
    """:func:`check` the session of a verified token; one of another cell is copied at its first use."""
    if _is_new_visitor(who):
        services.welcome(who)
    check(who.session_id)


async def aadmit(who: Identity) -> None:
    """:func:`admit` for the event loop."""
    if _is_new_visitor(who):
        await in_database(services.welcome, who)
    await acheck(who.session_id)


def _is_new_visitor(who: Identity) -> bool:
    return cells.is_foreign(who.session_id) and who.session_id not in _cache().known


async def acheck(session_id: int) -> None:
    """:func:`check` for the event loop."""
    if not _check_in_memory(session_id):
        await in_database(_read, session_id)


def remember(session_id: int) -> None:
    """Cache a session that was just created, so that its first use needs no query."""
    now = time.time()
    _cache().known[session_id] = _Known(now, False, time.monotonic())


@reacts_to(SessionOpened)
def remember_opened(event: SessionOpened) -> None:
    """Remember a session once the transaction that opens it commits."""
    transaction.on_commit(lambda: remember(event.session_id))


def current_identity(identity: Identity) -> Identity:
    """Return the identity with the user's current data; the session must just have been checked."""
    known = _cache().known.get(identity.session_id)
    if known is None or known.user is None:
        return identity
    return identity.called(known.user)


def is_live_here(session_id: int) -> bool:
    """Return whether the session is known to be open without a query; if so, record activity."""
    known = _cache().known.get(session_id)
    return known is not None and not known.is_over and _check_in_memory(session_id)


def _check_in_memory(session_id: int) -> bool:
    """Return whether the cache shows the session to be open. Raises ``SessionEnded``."""
    cache = _cache()
    known = cache.known.get(session_id)
    if known is None or known.is_doubtful:
        return False
    if known.is_over:
        raise SessionEnded
    now = time.time()
    trusted_until = max(cache.looked_at, known.read_at) + TRUSTED_FOR_S
    if time.monotonic() > trusted_until or now - known.heard > settings.SESSION_TIMEOUT:
        return False
    known.heard = now
    return True


@statement
def _stored(session_id: int) -> QuerySet[Session, tuple[Any, ...]]:
    sessions = Session.objects.filter(pk=session_id, user__is_active=True)
    return sessions.values_list("last_seen", "ended_at", *_NAMED)


def _read(session_id: int) -> None:
    cache = _cache()
    known = cache.known.get(session_id)
    read_at, generation = time.monotonic(), cache.generation
    row = _stored.first(session_id)
    if row is None:
        raise SessionEnded
    last_seen, ended_at, user = row[0].timestamp(), row[1], Named(*row[2:])
    now = time.time()
    heard = last_seen if known is None else max(last_seen, known.heard)
    is_over = ended_at is not None or now - heard > settings.SESSION_TIMEOUT + LAST_SEEN_LAG_S
    fresh = cache.known[session_id] = _Known(last_seen, is_over, read_at, user)
    if generation != cache.generation:
        fresh.is_doubtful = True
    if is_over:
        if ended_at is None:
            _end_silent([session_id])
        raise SessionEnded
    fresh.heard = now


def touch(session_id: int) -> None:
    """Record activity from a socket."""
    known = _cache().known.get(session_id)
    if known is not None:
        known.heard = time.time()


on_heard(touch)


def invalidate(session_ids: Iterable[int]) -> None:
    """Read these sessions again before their next use: they may have ended."""
    cache = _cache()
    cache.generation += 1
    for session_id in session_ids:
        if (known := cache.known.get(session_id)) is not None and not known.is_over:
            known.is_doubtful = True
            cache.invalidated.add(session_id)


def invalidate_everywhere(session_ids: list[int]) -> None:
    """Call :func:`invalidate` on all workers; returns when all have done it."""
    invalidate(session_ids)
    if session_ids:
        broadcast.broadcast("sessions.invalidate", session_ids)


@reacts_to(SessionsEnded)
def invalidate_ended(event: SessionsEnded) -> None:
    """Read ended sessions again: in this transaction at once, everywhere once it commits."""
    invalidate(event.session_ids)
    transaction.on_commit(lambda: invalidate_everywhere(event.session_ids), robust=True)


@relayed("sessions.invalidate")
def _on_invalidate(sender: str, session_ids: list[int]) -> None:
    invalidate(session_ids)


@background
async def keep() -> None:
    """Synchronise the cache with the database for as long as the process runs."""
    cache = _cache()
    while True:
        started = time.monotonic()
        invalidated = [cache.invalidated.pop() for _ in range(len(cache.invalidated))]
        try:
            if not worker.current().is_in_touch:
                _close(await in_database(_ended_lately))
            cache.looked_at = started
            if invalidated:
                ended, users = await in_database(_read_again, invalidated)
                _close(ended)
                gate.rename(users)
            if cache.known and (silent := await in_database(_write_down)):
                _close(silent)
                broadcast.broadcast("sessions.invalidate", silent)
        except DatabaseFailed as error:
            cache.invalidated.update(invalidated)
            logger.warning("Sessions could not be polled: %s", type(error).__name__)
        await asyncio.sleep(max(0.0, started + LOOK_EVERY_S - time.monotonic()))


def _close(session_ids: Collection[int]) -> None:
    """Close this worker's sockets of sessions that have ended."""
    cache = _cache()
    for session_id in session_ids:
        if (known := cache.known.get(session_id)) is not None:
            known.is_over = True
    gate.close_sessions(session_ids)


@statement
def _ended(until: datetime) -> QuerySet[Session, int]:
    # The database's clock on both sides, because workers' clocks differ.
    return Session.objects.filter(ended_at__gt=Now() - OVERLAP).values_list("pk", flat=True)


def _ended_lately() -> list[int]:
    return _ended(timezone.now())


@look("sessions", every_s=LOOK_EVERY_S, waiting=_ended)
async def tell_of_ended() -> None:
    """Tell all workers of ended sessions, in case that whoever ended them could not."""
    told = _cache().told
    ended = set(await in_database(_ended_lately))
    if new := list(ended - told):
        invalidate(new)
        broadcast.broadcast("sessions.invalidate", new)
    told.clear()
    told.update(ended)


def _read_again(session_ids: list[int]) -> tuple[list[int], dict[int, Named]]:
    """Return the ended sessions among these, and the current users of the others."""
    ended: list[int] = []
    users: dict[int, Named] = {}
    for some in batched(session_ids, BATCH_SIZE):
        rows = Session.objects.filter(pk__in=some).values_list("pk", "ended_at", "user__is_active", *_NAMED)
        for session_id, ended_at, is_active, *user in rows:
            if ended_at is None and is_active:
                users[session_id] = Named(*user)
            else:
                ended.append(session_id)
    return ended, users


def _write_down() -> list[int]:
    """Store when sessions were last active; end inactive ones and return their ids."""
    cache = _cache()
    now = time.time()
    timeout = settings.SESSION_TIMEOUT
    pause = min(30.0, timeout / 4)
    heard: dict[int, float] = {}
    silent: list[int] = []
    for session_id, known in list(cache.known.items()):
        if known.is_over or now - known.heard > timeout + LAST_SEEN_LAG_S:
            if not known.is_over:
                silent.append(session_id)
            elif now - known.heard > timeout:
                cache.known.pop(session_id, None)
        elif known.heard > known.written and now - known.written >= pause:
            heard[session_id] = known.heard
    if heard:
        _write_heard(heard)
    return _end_silent(silent) if silent else []


def _write_heard(heard: dict[int, float]) -> None:
    # Sessions active at about the same time share one UPDATE with the latest of their times.
    together: defaultdict[int, list[int]] = defaultdict(list)
    for session_id, moment in heard.items():
        together[int(moment / LOOK_EVERY_S)].append(session_id)
    for session_ids in together.values():
        latest = Value(datetime.fromtimestamp(max(heard[session_id] for session_id in session_ids), UTC))
        for some in batched(session_ids, BATCH_SIZE):
            # Greatest: another worker may have seen the session later.
            Session.objects.filter(pk__in=some).update(last_seen=Greatest("last_seen", latest))
    cache = _cache()
    for session_id, moment in heard.items():
        if (known := cache.known.get(session_id)) is not None:
            known.written = moment


def _end_silent(session_ids: Collection[int]) -> list[int]:
    """End those of these sessions that were inactive on every worker; return the ids of ended ones."""
    limit = datetime.now(UTC) - timedelta(seconds=settings.SESSION_TIMEOUT)
    sessions = Session.objects.filter(pk__in=list(session_ids))
    sessions.filter(ended_at=None, last_seen__lt=limit).update(ended_at=Now())
    alive = dict(sessions.filter(ended_at=None).values_list("pk", "last_seen"))
    cache = _cache()
    ended: list[int] = []
    for session_id in session_ids:
        last_seen = alive.get(session_id)
        if last_seen is None:
            ended.append(session_id)
        if (known := cache.known.get(session_id)) is not None:
            known.is_over = last_seen is None
            if last_seen is not None:
                known.heard = known.written = max(known.heard, last_seen.timestamp())
    return ended
