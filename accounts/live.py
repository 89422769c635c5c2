"""Which sessions live: known in memory, so that a call costs no query, and true within a second everywhere.

Each process keeps the sessions it has seen. A background task asks the database twice a second for sessions
that ended, closes their sockets, and writes down when the living were last heard from. Where that task does
not run or is held up, what is known here counts for one second only, and is then read again.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseFailed
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest, Now

from accounts.events import SessionOpened, SessionsEnded
from accounts.models import LAST_SEEN_LAG_S, Session
from accounts.refusals import SessionEnded
from core.batches import batched
from realtime import elsewhere, gate, worker
from realtime.identity import Identity, Named
from realtime.reactions import reacts_to
from realtime.relay import relayed
from realtime.sockets import on_heard

logger = logging.getLogger(__name__)

# A call is written down at the next look if the last one written is old.
LOOK_EVERY_S = LAST_SEEN_LAG_S / 2
WRITTEN_AT_ONCE = 1000
TRUSTED_FOR_S = 1.0
# A session may be stamped as ended a while before the transaction that ends it commits.
OVERLAP = timedelta(seconds=10)


class _Known:
    """What this process knows of a session. Times are seconds since the epoch; ``read_at`` is monotonic.

    ``user`` is None while its tokens are known to have their user's name right, and premium and guest.
    """

    __slots__ = ("heard", "in_doubt", "is_over", "read_at", "user", "written")

    def __init__(self, last_seen: float, is_over: bool, read_at: float, user: Named | None = None) -> None:
        self.heard = last_seen
        self.user = user
        self.written = last_seen
        self.is_over = is_over
        self.in_doubt = False
        self.read_at = read_at


_known: dict[int, _Known] = {}
_looked_at = float("-inf")  # monotonic: all that ended before this moment is known to have ended
_NAMED = ("user__username", "user__is_premium", "user__is_guest")
_doubted: set[int] = set()  # sessions whose sockets may go by what their users are no more
_doubts = 0  # how often some were doubted: what was being read at that time may not be true any more


def check(session_id: int) -> None:
    """Count this call as a sign of life. Raises ``SessionEnded``. May read the database."""
    if not _check_in_memory(session_id):
        _read(session_id)


async def acheck(session_id: int) -> None:
    """:func:`check` for the event loop."""
    if not _check_in_memory(session_id):
        await worker.in_database(_read, session_id)


def remember(session_id: int) -> None:
    """This session has just begun: its first call or socket needs no look at the database."""
    now = time.time()
    _known[session_id] = _Known(now, False, time.monotonic())


@reacts_to(SessionOpened)
def remember_opened(event: SessionOpened) -> None:
    """Remember a session once the transaction that opens it commits."""
    transaction.on_commit(lambda: remember(event.session_id))


def as_now(identity: Identity) -> Identity:
    """Who a token of a session that was just checked stands for, as they are by now."""
    known = _known.get(identity.session_id)
    if known is None or known.user is None:
        return identity
    return identity.called(known.user)


def is_live_here(session_id: int) -> bool:
    """Whether the session lives for sure, without asking; counts as a sign of life if so."""
    known = _known.get(session_id)
    return known is not None and not known.is_over and _check_in_memory(session_id)


def _check_in_memory(session_id: int) -> bool:
    """Whether memory was enough to know that the session lives. Raises ``SessionEnded``."""
    known = _known.get(session_id)
    if known is None or known.in_doubt:
        return False
    if known.is_over:
        raise SessionEnded
    now = time.time()
    trusted_until = max(_looked_at, known.read_at) + TRUSTED_FOR_S
    if time.monotonic() > trusted_until or now - known.heard > settings.SESSION_TIMEOUT:
        return False
    known.heard = now
    return True


def _read(session_id: int) -> None:
    known = _known.get(session_id)
    read_at, doubts = time.monotonic(), _doubts
    row = (
        Session.objects.filter(pk=session_id, user__is_active=True)
        .values_list("last_seen", "ended_at", *_NAMED)
        .first()
    )
    if row is None:
        raise SessionEnded
    last_seen, ended_at, user = row[0].timestamp(), row[1], Named(*row[2:])
    now = time.time()
    heard = last_seen if known is None else max(last_seen, known.heard)
    is_over = ended_at is not None or now - heard > settings.SESSION_TIMEOUT + LAST_SEEN_LAG_S
    fresh = _known[session_id] = _Known(last_seen, is_over, read_at, user)
    if doubts != _doubts:
        fresh.in_doubt = True
    if is_over:
        if ended_at is None:
            _end_silent([session_id])
        raise SessionEnded
    fresh.heard = now


def touch(session_id: int) -> None:
    """Count a message of a socket as a sign of life."""
    known = _known.get(session_id)
    if known is not None:
        known.heard = time.time()


on_heard(touch)


def doubt(session_ids: Iterable[int]) -> None:
    """Read these sessions again before they are believed: they may just have ended."""
    global _doubts
    _doubts += 1
    for session_id in session_ids:
        if (known := _known.get(session_id)) is not None:
            known.in_doubt = True
            _doubted.add(session_id)


def doubt_everywhere(session_ids: list[int]) -> None:
    """:func:`doubt` in all workers, before this returns."""
    doubt(session_ids)
    if session_ids:
        elsewhere.tell("sessions.doubt", session_ids)


@reacts_to(SessionsEnded)
def doubt_ended(event: SessionsEnded) -> None:
    """Doubt sessions at once for this transaction's own eyes, everywhere when others can see their end."""
    doubt(event.session_ids)
    transaction.on_commit(lambda: doubt_everywhere(event.session_ids), robust=True)


@relayed("sessions.doubt")
def _doubt(sender: str, session_ids: list[int]) -> None:
    doubt(session_ids)


@worker.background
async def keep() -> None:
    """Keep what this process knows true, for as long as it runs."""
    global _looked_at
    while True:
        started = time.monotonic()
        doubted = [_doubted.pop() for _ in range(len(_doubted))]
        try:
            ended = await worker.in_database(_ended_lately)
            for session_id in ended:
                if (known := _known.get(session_id)) is not None:
                    known.is_over = True
            _looked_at = started
            gate.close_sessions(ended)
            if doubted:
                gate.rename(await worker.in_database(_users_of, doubted))
            silent = await worker.in_database(_write_down)
            gate.close_sessions(silent)
        except DatabaseFailed as error:
            _doubted.update(doubted)
            logger.warning("Sessions could not be looked at: %s", type(error).__name__)
        await asyncio.sleep(max(0.0, started + LOOK_EVERY_S - time.monotonic()))


def _ended_lately() -> list[int]:
    # By the database's clock on both sides: workers' clocks differ.
    return list(Session.objects.filter(ended_at__gt=Now() - OVERLAP).values_list("pk", flat=True))


def _users_of(session_ids: list[int]) -> dict[int, Named]:
    return {
        session_id: Named(*user)
        for some in batched(session_ids, WRITTEN_AT_ONCE)
        for session_id, *user in Session.objects.filter(pk__in=some).values_list("pk", *_NAMED)
    }


def _write_down() -> list[int]:
    """Write when sessions were last heard from, and end those silent too long; says which those are."""
    now = time.time()
    timeout = settings.SESSION_TIMEOUT
    pause = min(30.0, timeout / 4)
    heard: dict[int, float] = {}
    silent: list[int] = []
    for session_id, known in list(_known.items()):
        if known.is_over or now - known.heard > timeout + LAST_SEEN_LAG_S:
            if not known.is_over:
                silent.append(session_id)
            elif now - known.heard > timeout:
                _known.pop(session_id, None)
        elif known.heard > known.written and now - known.written >= pause:
            heard[session_id] = known.heard
    if heard:
        _write_heard(heard)
    return _end_silent(silent) if silent else []


def _write_heard(heard: dict[int, float]) -> None:
    # Those heard from at about the same time share a moment, the latest of theirs, and a statement.
    together: defaultdict[int, list[int]] = defaultdict(list)
    for session_id, moment in heard.items():
        together[int(moment / LOOK_EVERY_S)].append(session_id)
    for session_ids in together.values():
        latest = Value(datetime.fromtimestamp(max(heard[session_id] for session_id in session_ids), UTC))
        for some in batched(session_ids, WRITTEN_AT_ONCE):
            # Greatest: another worker may have heard from the session later.
            Session.objects.filter(pk__in=some).update(last_seen=Greatest("last_seen", latest))
    for session_id, moment in heard.items():
        if (known := _known.get(session_id)) is not None:
            known.written = moment


def _end_silent(session_ids: Collection[int]) -> list[int]:
    """End those of these sessions that no other worker has heard from either; says which those are."""
    limit = datetime.now(UTC) - timedelta(seconds=settings.SESSION_TIMEOUT)
    sessions = Session.objects.filter(pk__in=list(session_ids))
    sessions.filter(ended_at=None, last_seen__lt=limit).update(ended_at=Now())
    alive = dict(sessions.filter(ended_at=None).values_list("pk", "last_seen"))
    ended: list[int] = []
    for session_id in session_ids:
        last_seen = alive.get(session_id)
        if last_seen is None:
            ended.append(session_id)
        if (known := _known.get(session_id)) is not None:
            known.is_over = last_seen is None
            if last_seen is not None:
                known.heard = known.written = max(known.heard, last_seen.timestamp())
    return ended
