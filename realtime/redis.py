"""The Redis of this process: one client for the loop, one for threads."""

import asyncio
import functools
from collections.abc import Awaitable, Sequence
from typing import Any, cast

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as TimedOut

from core.embedded import valkey
from realtime import metrics

CONNECTIONS = 16
# A server that is replaced may leave connections on which nothing ever comes, not even their end.
ANSWER_WITHIN_S = 5.0
CONNECT_WITHIN_S = 2
_DRIVER = DriverInfo()  # made once: finding out the library's version takes milliseconds

Lost: tuple[type[Exception], ...] = (Disconnected, TimedOut, OSError)
"""What a call raises while Redis cannot be reached."""

Down: tuple[type[Exception], ...] = (*Lost, ResponseError)
"""What a call raises while Redis cannot be reached, or takes nothing: it is full, or a replica."""


def connect() -> redis.asyncio.Redis:
    """A client for the running loop; the caller closes it."""
    valkey.ensure_running(settings.REDIS_URL)
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL,
        # Callers beyond these wait for one: two thousand sockets may open at once.
        max_connections=CONNECTIONS,
        timeout=5,
        health_check_interval=30,
        socket_connect_timeout=CONNECT_WITHIN_S,
        retry=AsyncRetry(ExponentialBackoff(cap=0.1, base=0.01), retries=2),
        retry_on_error=list(Lost),
        driver_info=_DRIVER,
    )
    # Not by ``socket_timeout``: redis-py then sends with ``asyncio.wait_for``, which costs a task each time
    # and may lose, in Python 3.11, that its caller is cancelled. A worker could not stop then.
    pool.connection_class = type("Connection", (_AnsweredInTime, pool.connection_class), {})
    return redis.asyncio.Redis.from_pool(pool)


class _AnsweredInTime:
    """A connection that is given up when an answer does not come."""

    async def read_response(self, *args: Any, **options: Any) -> Any:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await super().read_response(*args, **options)  # type: ignore[misc]
        except TimeoutError:
            metrics.redis_errors.inc()
            raise TimedOut("Redis did not answer") from None
        except Down:
            metrics.redis_errors.inc()
            raise

    async def connect(self, *args: Any, **options: Any) -> None:
        try:
            await super().connect(*args, **options)  # type: ignore[misc]
        except Down:
            metrics.redis_errors.inc()
            raise


@functools.cache
def sync_client() -> redis.Redis:
    """The client of this process's threads."""
    valkey.ensure_running(settings.REDIS_URL)
    return redis.from_url(
        settings.REDIS_URL,
        max_connections=64,
        socket_timeout=ANSWER_WITHIN_S,
        socket_connect_timeout=CONNECT_WITHIN_S,
    )


def client() -> redis.asyncio.Redis:
    """The client of this process's worker loop."""
    from realtime.worker import current

    return current().redis


async def evaluate(
    client: redis.asyncio.Redis, script: str, keys: Sequence[str], arguments: Sequence[Any]
) -> Any:
    """Run a Lua script."""
    return await cast(Awaitable[Any], client.eval(script, len(keys), *keys, *arguments))


def evaluate_sync(script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
    """Run a Lua script from a thread."""
    return sync_client().eval(script, len(keys), *keys, *arguments)
