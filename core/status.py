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
        with self._lock:
            if time.monotonic() - self._taken > _COUNTS_KEPT_FOR:
                self._values = {name: count() for name, count in sorted(_counts.items())}
                self._taken = time.monotonic()
            return self._values


current_counts = _Remembered().current


def checks() -> dict[str, str]:
    """``"ok"`` or what is wrong, for each thing without which the server cannot work."""
    return {
        name: _result(check)
        for name, check in (
            ("database", _check_database),
            ("migrations", _check_migrations),
            ("redis", _check_redis),
        )
    }


def _result(check: Callable[[], None]) -> str:
    try:
        check()
    except _NotMigratedError:
        return "migrations are missing"
    except Exception as error:
        # The class alone: a driver's message may hold addresses and names.
        return f"unreachable ({type(error).__name__})"
    return "ok"


class _NotMigratedError(Exception):
    pass


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


_is_migrated = False


def _check_migrations() -> None:
    # Once migrated, always: the tables of a running server do not go away.
    global _is_migrated
    if _is_migrated:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _NotMigratedError
    _is_migrated = True


@functools.cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def _check_redis() -> None:
    valkey.ensure_running(settings.REDIS_URL)
    _redis().ping()
