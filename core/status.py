"""Server status: counts contributed by every app, and readiness checks."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from core import heartbeats, replica
from core.background import STORE_ERRORS
from core.embedded import valkey
from core.namespace import key
from core.redis import roles, url

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
    """Caches the counts, so that a public route cannot be used to load the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = float("-inf")
        self._values: dict[str, int] = {}

    def current(self) -> dict[str, int]:
        if time.monotonic() - self._taken <= _COUNTS_KEPT_FOR:
            return self._values
        # While one thread counts, the others return the previous counts, if any.
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
Elsewhere = Callable[[], bool]


class _Registered(NamedTuple):
    check: Check
    works_elsewhere: Elsewhere | None


_checks: dict[str, _Registered] = {}


class NotReady(Exception):
    """A check failed; the message is safe to show to anybody."""


def nowhere() -> bool:
    """Return False: for checks that fail on all workers alike."""
    return False


def readiness(name: str, *, works_elsewhere: Elsewhere | None = None) -> Callable[[Check], Check]:
    """Register a check that raises while the server cannot work; ``/health/ready`` runs it on a thread.

    For a shared resource, ``works_elsewhere`` returns whether another worker can reach it.
    """

    def register(function: Check) -> Check:
        _checks[name] = _Registered(function, works_elsewhere)
        return function

    return register


class Readiness:
    """Distinguishes failures of this worker from those that affect all workers.

    Until all checks have passed once, every failure counts: a new version must work before it replaces
    another.
    """

    def __init__(self) -> None:
        self._was_ready = False

    def is_ready(self, results: Mapping[str, str]) -> bool:
        """Return whether this worker should receive requests, given the results of ``checks``."""
        failed = [name for name, result in results.items() if result != "ok"]
        self._was_ready = self._was_ready or not failed
        return self._was_ready and not any(self._is_own(name) for name in failed)

    def _is_own(self, name: str) -> bool:
        works_elsewhere = _checks[name].works_elsewhere
        return works_elsewhere is None or works_elsewhere()


is_ready = Readiness().is_ready


def checks(*, passed: Collection[str] = ()) -> dict[str, str]:
    """Return ``"ok"`` or the problem for each readiness check; those in ``passed`` are not run."""
    return {
        name: "ok" if name in passed else _result(registered.check) for name, registered in _checks.items()
    }


def beat_and_check(worker_id: str) -> tuple[dict[str, str], bool | None]:
    """Record a heartbeat; return the results of all checks, and whether the worker drains.

    A heartbeat that is recorded has used both stores; else nobody can tell whether the worker drains (None).
    """
    try:
        is_draining = heartbeats.beat(worker_id)
    except STORE_ERRORS:
        return checks(), None
    return checks(passed=("database", "redis")), is_draining


def _result(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as problem:
        return str(problem)
    except Exception as error:
        # Only the class: the driver's message may contain addresses and names.
        return f"unreachable ({type(error).__name__})"
    return "ok"


@readiness("database", works_elsewhere=heartbeats.noted_in_redis)
def _check_database() -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT 1")
            return
        cursor.execute("SHOW transaction_read_only")
        if cursor.fetchone() == ("on",):
            raise NotReady("read-only")


_is_migrated = False


@readiness("migrations", works_elsewhere=nowhere)
def _check_migrations() -> None:
    # Cached once true: tables of a running server do not disappear.
    global _is_migrated
    if _is_migrated:
        return
    for one in (one for one in connections.all() if one.alias != replica.ALIAS):
        executor = MigrationExecutor(one)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise NotReady("migrations are missing")
    _is_migrated = True


@readiness("redis", works_elsewhere=heartbeats.noted_in_database)
def _check_redis() -> None:
    for role in roles():
        valkey.ensure_running(url(role))
        # A full server or a replica answers PING but refuses writes.
        heartbeats.redis_client(role).set(key("readiness"), 1, px=1000)
