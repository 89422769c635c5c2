"""Heartbeats: each worker that reaches both Redis and the database notes so in both, every few seconds.

A worker that has lost one of them looks in the other for another worker's heartbeat, and so learns whether it
alone has lost it.
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

EVERY_S = 5.0
# Long enough for a worker that is slow at the moment, short enough for a worker that just lost everything.
RECENT_S = 12.0
FORGOTTEN_AFTER_S = 3600.0
IN_REDIS = "heartbeats"

_own = ""


@functools.cache
def redis_client() -> redis.Redis:
    """A client for checks: it gives up after a second, and tries once."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def beat(worker_id: str) -> None:
    """Note that this worker reaches both; raises what either raises when it does not."""
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
    # The store's clock, as in the database: those of workers may differ.
    seconds, microseconds = cast(tuple[int, int], client.time())
    return seconds + microseconds / 1e6


def noted_in_redis() -> bool:
    """Return whether another worker reached the database of late; False where Redis cannot be asked."""
    try:
        client = redis_client()
        recent: Any = client.zrangebyscore(IN_REDIS, _now(client) - RECENT_S, "+inf")
    except redis.RedisError:
        return False
    return any(name.decode() != _own for name in recent)


def noted_in_database() -> bool:
    """Return whether another worker reached Redis of late; False where the database cannot be asked."""
    since = Now() - timedelta(seconds=RECENT_S)
    try:
        return Heartbeat.objects.filter(at__gte=since).exclude(worker=_own).exists()
    except Error:
        return False
