"""What the server says of itself: counts that every app contributes, and whether all it needs is there."""

import functools
import threading
import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.embedded import valkey

Count = Callable[[], int]

STARTED = time.time()
_counts: dict[str, Count] = {}
_COUNTS_KEPT_FOR = 2.0


def counts(name: str) -> Callable[[Count], Count]:
    """Register a function whose number ``GET /api/status`` shows under this name."""

    def register(function: Count) -> Count:
        _counts[name] = function
        return function

    return register


class _Remembered:
    """The last counts, so that a public route cannot be used to keep the database busy."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = float("-inf")
        self._values: dict[str, int] = {}

    def current(self) -> dict[str, int]:
        if time.monotonic() - self._taken <= _COUNTS_KEPT_FOR:
            return self._values
        # While one counts, the others tell what was counted before, if anything was.
        if self._lock.acquire(blocking=not self._values):
            try:
                if time.monotonic() - self._taken > _COUNTS_KEPT_FOR:
                    self._values = {name: count() for name, count in sorted(_counts.items())}
                    self._taken = time.monotonic()
            finally:
                self._lock.release()
        return self._values


current_counts = _Remembered().current


Check = Callable[[], None]
_checks: dict[str, Check] = {}


class NotReady(Exception):
    """Something is wrong, in words that may be shown to anybody."""


def readiness(name: str) -> Callable[[Check], Check]:
    """Register a function that raises while the server cannot work; ``/health/ready`` runs it on a thread."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


def checks() -> dict[str, str]:
    """``"ok"`` or what is wrong, for each thing without which the server cannot work."""
    return {name: _result(check) for name, check in _checks.items()}


def _result(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as problem:
        return str(problem)
    except Exception as error:
        # The class alone: a driver's message may hold addresses and names.
        return f"unreachable ({type(error).__name__})"
    return "ok"


@readiness("database")
def _check_database() -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT 1")
            return
        cursor.execute("SHOW transaction_read_only")
        if cursor.fetchone() == ("on",):
            raise NotReady("read-only")


_is_migrated = False


@readiness("migrations")
def _check_migrations() -> None:
    # Once migrated, always: the tables of a running server do not go away.
    global _is_migrated
    if _is_migrated:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are missing")
    _is_migrated = True


@functools.cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


@readiness("redis")
def _check_redis() -> None:
    valkey.ensure_running(settings.REDIS_URL)
    # One that is full or a replica answers a PING, and takes nothing.
    _redis().set("readiness", 1, px=1000)
