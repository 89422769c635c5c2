"""Reads from a replica of the database (``REPLICA_DATABASE_URL``), for what may be a few seconds old.

A read is wrapped in :func:`reads`, and goes to the replica while that lags by less than ``REPLICA_MAX_LAG``.
Who has changed something lately (:func:`note_change`) reads from the primary, and so does everybody while the
replica lags, fails or cannot be asked.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, transaction
from django.db.models.functions import Now
from prometheus_client import Gauge

from core.background import background
from core.database import in_database
from core.ids import UserId
from core.models import Heartbeat
from core.namespace import key
from core.redis import REDIS_ERRORS, sync_client

logger = logging.getLogger(__name__)

ALIAS = "replica"
MEASURE_EVERY_S = 1.0
BELIEVED_S = 3.0
CALL_TAKES_S = 30.0
"""A call that changes something is noted before it does."""

lag = Gauge("database_replica_lag_seconds", "Age of the newest heartbeat in the replica")

_database: ContextVar[str] = ContextVar("database", default=DEFAULT_DB_ALIAS)


class _Trust:
    """Until when the replica is believed not to lag, by a monotonic clock."""

    def __init__(self) -> None:
        self.until = float("-inf")

    def leave_out(self, problem: Error) -> None:
        """Use the replica no longer, because it fails."""
        if self.until > float("-inf"):
            logger.warning("The replica is left out: %s", problem)
        self.until = float("-inf")


trust = _Trust()


def database() -> str:
    """Return the name of the database from which the present call reads."""
    return _database.get()


@contextlib.contextmanager
def reads(user_id: UserId) -> Iterator[None]:
    """Read from the replica for this user, if it may be."""
    if not may_serve(user_id):
        yield
        return
    token = _database.set(ALIAS)
    try:
        yield
    except Error as problem:
        trust.leave_out(problem)
        raise
    finally:
        _database.reset(token)


def may_serve(user_id: UserId) -> bool:
    """Return whether this user may be shown what the replica has."""
    if time.monotonic() >= trust.until:
        return False
    try:
        return not sync_client().exists(_key(user_id))
    except REDIS_ERRORS:
        return False


def note_change(user_ids: Iterable[UserId]) -> None:
    """Have these users read from the primary until the replica surely has what they are changing now."""
    if ALIAS not in settings.DATABASES:
        return
    pipe = sync_client().pipeline(transaction=False)
    for user_id in user_ids:
        pipe.set(_key(user_id), 1, ex=int(CALL_TAKES_S + settings.REPLICA_MAX_LAG + BELIEVED_S))
    try:
        pipe.execute()
    except REDIS_ERRORS as problem:
        # Without Redis nobody reads from the replica.
        logger.warning("A change was not noted: %s", problem)


def note_once_committed(user_ids: Iterable[UserId]) -> None:
    """Note a change by :func:`note_change` right after this transaction, before anybody is told of it."""
    if ALIAS in settings.DATABASES:
        transaction.on_commit(partial(note_change, list(user_ids)))


def measure() -> None:
    """Find out how far the replica lags: every worker writes a heartbeat to the primary every few seconds."""
    beats = Heartbeat.objects.using(ALIAS).order_by("-at").annotate(now=Now())
    try:
        found = beats.values_list("at", "now").first()
    except Error as problem:
        trust.leave_out(problem)
        return
    seconds = float("inf") if found is None else (found[1] - found[0]).total_seconds()
    lag.set(seconds)
    trust.until = time.monotonic() + BELIEVED_S if seconds <= settings.REPLICA_MAX_LAG else float("-inf")


@background
async def watch() -> None:
    """Measure the lag as long as the worker lives."""
    while ALIAS in settings.DATABASES:
        await in_database(measure)
        await asyncio.sleep(MEASURE_EVERY_S)


class Router:
    """Sends reads inside of :func:`reads` to the replica, and no writes."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if database() == ALIAS else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        of = hints.get("instance")
        return DEFAULT_DB_ALIAS if of is not None and of._state.db == ALIAS else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return True if ALIAS in (one._state.db, other._state.db) else None

    def allow_migrate(self, database: str, app_label: str, **hints: Any) -> bool | None:
        return False if database == ALIAS else None


def _key(user_id: UserId) -> str:
    return key(f"changed:{user_id}")
