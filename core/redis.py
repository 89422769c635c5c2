"""The Redis clients of this process: one for the event loop, one for threads."""

import asyncio
import functools
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from enum import StrEnum
from typing import Any, cast

import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.sentinel
import redis.cluster
import redis.sentinel
from django.conf import settings
from prometheus_client import Counter
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import ExponentialBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ClusterError, RedisClusterException, RedisError, ResponseError
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as TimedOut

from core import redis_urls
from core.embedded import valkey
from core.redis_urls import cluster, sentinels

CONNECTIONS = 16
# A Redis server that is replaced may leave connections that stay silent and never close.
ANSWER_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 2
errors = Counter("redis_errors_total", "Answers of Redis that did not come, or were errors")
_DRIVER = DriverInfo()  # created once: reading the library's version takes milliseconds

CONNECTION_ERRORS: tuple[type[Exception], ...] = (
    Disconnected,
    TimedOut,
    OSError,
    ClusterError,
    RedisClusterException,
)
"""Raised by calls while Redis, or the node of a cluster that has the key, is unreachable."""

REDIS_ERRORS: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, ResponseError)
"""Raised by calls while Redis is unreachable or rejects writes: it is full, or a replica."""

ANY_REDIS_ERROR: tuple[type[Exception], ...] = (RedisError, *CONNECTION_ERRORS)


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


def is_cluster(role: Role) -> bool:
    """Return whether the Redis in this role is a cluster."""
    return redis_urls.is_cluster(url(role))


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
    if (nodes := cluster(url(role))) is not None:
        return cast(redis.asyncio.Redis, _Cluster(nodes.addresses, nodes.options))
    pool: redis.asyncio.BlockingConnectionPool
    if (watched := sentinels(url(role))) is not None:
        within = {"socket_timeout": CONNECT_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S}
        watchers = redis.asyncio.sentinel.Sentinel(watched.addresses, sentinel_kwargs=within | watched.login)
        pool = cast(Any, _WatchedPool)(watched.service, watchers, **watched.options, **options)
    else:
        pool = redis.asyncio.BlockingConnectionPool.from_url(url(role), **options)
    # Instead of ``socket_timeout``: with it, redis-py sends through ``asyncio.wait_for``, which creates a
    # task for every call and in Python 3.11 can swallow a cancellation, so that a worker would not stop.
    pool.connection_class = _in_time(pool.connection_class)
    return redis.asyncio.Redis.from_pool(pool)


def _in_time(connection_class: type[Any]) -> type[Any]:
    return type("Connection", (_AnsweredInTime, connection_class), {})


class _WatchedPool(SentinelConnectionPool, redis.asyncio.BlockingConnectionPool):
    """Connections to the primary that Sentinel names."""


class _Cluster(redis.asyncio.cluster.RedisCluster):
    """A client of a cluster with at most ``CONNECTIONS`` calls at once; further callers wait."""

    def __init__(self, addresses: Iterable[tuple[str, int]], options: dict[str, Any]) -> None:
        super().__init__(
            startup_nodes=[redis.asyncio.cluster.ClusterNode(*address) for address in addresses],
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            driver_info=_DRIVER,
            **options,
        )
        # Nodes that are found later get the same.
        in_time = self.connection_kwargs["connection_class"] = _in_time(
            self.connection_kwargs["connection_class"]
        )
        for node in self.startup_nodes:
            node.connection_class = in_time
        self._calls = asyncio.Semaphore(CONNECTIONS)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async with self._calls:
            return await super().execute_command(*args, **options)


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
    if (nodes := cluster(url)) is not None:
        addresses = [redis.cluster.ClusterNode(*address) for address in nodes.addresses]
        return cast(
            redis.Redis, redis.cluster.RedisCluster(startup_nodes=addresses, **nodes.options, **options)
        )
    if (watched := sentinels(url)) is None:
        return redis.from_url(url, **options)
    within = {"socket_timeout": CONNECT_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S}
    watchers = redis.sentinel.Sentinel(watched.addresses, sentinel_kwargs=within | watched.login)
    return cast(redis.Redis, watchers.master_for(watched.service, **watched.options, **options))


def publish_sync(channel: str, message: bytes) -> None:
    """Publish to a channel of the relay from a thread."""
    client = sync_client(Role.RELAY)
    if is_cluster(Role.RELAY):
        client.spublish(channel, message)
    else:
        client.publish(channel, message)


def count_listeners(channels: Sequence[str]) -> list[tuple[bytes, int]]:
    """Return the number of listeners of each of these channels of the relay, from a thread."""
    client: Any = sync_client(Role.RELAY)
    if not is_cluster(Role.RELAY):
        return cast(list[tuple[bytes, int]], client.pubsub_numsub(*channels))
    by_node: dict[Any, list[str]] = defaultdict(list)
    for channel in channels:
        by_node[client.get_node_from_key(channel)].append(channel)
    counts: list[tuple[bytes, int]] = []
    for node, names in by_node.items():
        counts += client.pubsub_shardnumsub(*names, target_nodes=node)
    return counts


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
