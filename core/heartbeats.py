"""Heartbeats: each worker that reaches both Redis and the database records it in both, periodically.

A worker that has lost one store looks in the other for the heartbeats of other workers, to find out whether
it alone has lost it.
"""

import functools
from datetime import timedelta
from typing import Any, cast

import redis
from django.conf import settings
from django.db import Error
from django.db.models.functions import Now
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.models import Heartbeat
from core.namespace import key

EVERY_S = 5.0
# When all workers lose a store at once, recent heartbeats do not mean that it is still reachable.
AHEAD_S = 2 * EVERY_S
RECENT_S = 12.0
FORGOTTEN_AFTER_S = 3600.0
IN_REDIS = key("heartbeats")

_own = ""


@functools.cache
def redis_client() -> redis.Redis:
    """Return a client for checks, with a timeout of one second and no retries."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def beat(worker_id: str) -> None:
    """Record that this worker reaches both stores; raises what either raises."""
    global _own
    _own = worker_id
    client = redis_client()
    now = _now(client)
    Heartbeat.objects.bulk_create(
        [Heartbeat(worker=worker_id, at=Now())],
        update_conflicts=True,
        unique_fields=["worker"],
        update_fields=["at"],
    )
    Heartbeat.objects.filter(at__lt=Now() - timedelta(seconds=FORGOTTEN_AFTER_S)).delete()
    pipe = client.pipeline()
    pipe.zadd(IN_REDIS, {worker_id: now})
    pipe.zremrangebyscore(IN_REDIS, "-inf", now - FORGOTTEN_AFTER_S)
    pipe.execute()


def _now(client: redis.Redis) -> float:
    # The store's clock, because workers' clocks may differ.
    seconds, microseconds = cast(tuple[int, int], client.time())
    return seconds + microseconds / 1e6


def noted_in_redis() -> bool:
    """Return whether another worker has reached the database since this one lost it.

    False where Redis cannot be asked.
    """
    try:
        client = redis_client()
        noted: Any = client.zrange(IN_REDIS, 0, -1, withscores=True)
        return _others_are_ahead({name.decode(): at for name, at in noted}, _now(client))
    except redis.RedisError:
        return False


def noted_in_database() -> bool:
    """Return whether another worker has reached Redis since this one lost it.

    False where the database cannot be asked.
    """
    rows = Heartbeat.objects.annotate(now=Now()).values_list("worker", "at", "now")
    try:
        noted = {worker: (at.timestamp(), now.timestamp()) for worker, at, now in rows}
    except Error:
        return False
    now = max((now for _, now in noted.values()), default=0.0)
    return _others_are_ahead({worker: at for worker, (at, _) in noted.items()}, now)


def _others_are_ahead(noted: dict[str, float], now: float) -> bool:
    since = max(noted.pop(_own, float("-inf")) + AHEAD_S, now - RECENT_S)
    return any(at >= since for at in noted.values())
