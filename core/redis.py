"""The Redis clients of this process: one for the event loop, one for threads."""

import asyncio
import functools
from collections.abc import Awaitable, Sequence
from enum import StrEnum
from typing import Any, cast

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from django.conf import settings
from prometheus_client import Counter
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import ExponentialBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as TimedOut

from core.embedded import valkey
from core.redis_urls import sentinels

CONNECTIONS = 16
# A Redis server that is replaced may leave connections that stay silent and never close.
ANSWER_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 2
errors = Counter("redis_errors_total", "Answers of Redis that did not come, or were errors")
_DRIVER = DriverInfo()  # created once: reading the library's version takes milliseconds

CONNECTION_ERRORS: tuple[type[Exception], ...] = (Disconnected, TimedOut, OSError)
"""Raised by calls while Redis is unreachable."""

REDIS_ERRORS: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, ResponseError)
"""Raised by calls while Redis is unreachable or rejects writes: it is full, or a replica."""


class Role(StrEnum):
    """A use of Redis that may have a server of its own; all others share that of ``REDIS_URL``."""

    MAIN = "main"
    RELAY = "relay"
    """Messages between workers; the leases by which they know each other, and the owners of rooms."""
    STREAMS = "streams"
    PRESENCE = "presence"


def url(role: Role) -> str:
    """Return the address of the Redis in this role."""
    return settings.REDIS_URLS.get(role, settings.REDIS_URL)


def roles() -> list[Role]:
    """Return the main role, and those that have a server of their own."""
    return [Role.MAIN, *map(Role, settings.REDIS_URLS)]


def connect(role: Role = Role.MAIN) -> redis.asyncio.Redis:
    """Return a new client for the running loop; the caller must close it."""
    valkey.ensure_running(url(role))
    options: dict[str, Any] = {
        # Further callers wait for a free connection: two thousand sockets may open at once.
        "max_connections": CONNECTIONS,
        "timeout": 5,
        "health_check_interval": 30,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "retry": AsyncRetry(ExponentialBackoff(cap=0.1, base=0.01), retries=2),
        "retry_on_error": list(CONNECTION_ERRORS),
        "driver_info": _DRIVER,
    }
    pool: redis.asyncio.BlockingConnectionPool
    if (watched := sentinels(url(role))) is not None:
        within = {"socket_timeout": CONNECT_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S}
        watchers = redis.asyncio.sentinel.Sentinel(watched.addresses, sentinel_kwargs=within | watched.login)
        pool = cast(Any, _WatchedPool)(watched.service, watchers, **watched.options, **options)
    else:
        pool = redis.asyncio.BlockingConnectionPool.from_url(url(role), **options)
    # Instead of ``socket_timeout``: with it, redis-py sends through ``asyncio.wait_for``, which creates a
    # task for every call and in Python 3.11 can swallow a cancellation, so that a worker would not stop.
    pool.connection_class = type("Connection", (_AnsweredInTime, pool.connection_class), {})
    return redis.asyncio.Redis.from_pool(pool)


class _WatchedPool(SentinelConnectionPool, redis.asyncio.BlockingConnectionPool):
    """Connections to the primary that Sentinel names."""


class _AnsweredInTime:
    """A connection that is dropped when an answer does not arrive in time."""

    async def read_response(self, *args: Any, **options: Any) -> Any:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await super().read_response(*args, **options)  # type: ignore[misc]
        except TimeoutError:
            errors.inc()
            raise TimedOut("Redis did not answer") from None
        except REDIS_ERRORS:
            errors.inc()
            raise

    async def connect(self, *args: Any, **options: Any) -> None:
        try:
            await super().connect(*args, **options)  # type: ignore[misc]
        except REDIS_ERRORS:
            errors.inc()
            raise


def sync_client(role: Role = Role.MAIN) -> redis.Redis:
    """Return the client for this process's threads."""
    return sync_client_of(url(role))


def sync_client_of(url: str) -> redis.Redis:
    """Return the client of a Redis for this process's threads."""
    valkey.ensure_running(url)
    return _shared_client(url)


@functools.cache
def _shared_client(url: str) -> redis.Redis:
    return new_sync_client(
        url, max_connections=64, socket_timeout=ANSWER_TIMEOUT_S, socket_connect_timeout=CONNECT_TIMEOUT_S
    )


def new_sync_client(url: str, **options: Any) -> redis.Redis:
    """Return a client for threads, with these options of its connections."""
    if (watched := sentinels(url)) is None:
        return redis.from_url(url, **options)
    within = {"socket_timeout": CONNECT_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S}
    watchers = redis.sentinel.Sentinel(watched.addresses, sentinel_kwargs=within | watched.login)
    return cast(redis.Redis, watchers.master_for(watched.service, **watched.options, **options))


async def evaluate(
    client: redis.asyncio.Redis, script: str, keys: Sequence[str], arguments: Sequence[Any]
) -> Any:
    """Run a Lua script."""
    return await cast(Awaitable[Any], client.eval(script, len(keys), *keys, *arguments))


def evaluate_sync(
    script: str, keys: Sequence[str], arguments: Sequence[Any], *, role: Role = Role.MAIN
) -> Any:
    """Run a Lua script from a thread."""
    return sync_client(role).eval(script, len(keys), *keys, *arguments)
