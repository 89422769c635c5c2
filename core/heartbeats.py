"""Heartbeats: each worker that reaches both Redis and the database records it in both, periodically.

A worker that has lost one store looks in the other for the heartbeats of other workers, to find out whether
it alone has lost it.
"""

import functools
import os
import socket
from datetime import timedelta
from typing import Any

import redis
from django.db import Error, transaction
from django.db.models.functions import Now
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.background import every
from core.models import Heartbeat
from core.namespace import key
from core.redis import ANY_REDIS_ERROR, Role, new_sync_client, url
from core.statements import Update, statement

EVERY_S = 5.0
# When all workers lose a store at once, recent heartbeats do not mean that it is still reachable.
AHEAD_S = 2 * EVERY_S
RECENT_S = 12.0
FORGOTTEN_AFTER_S = 3600.0
IN_REDIS = key("heartbeats")

# KEYS: heartbeats. ARGV: worker, seconds after which others are forgotten. Redis' clock, because the workers'
# may differ.
_NOTE = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1000000
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
"""
# KEYS: heartbeats. Returns Redis' time, then workers and the times of their heartbeats, as texts.
_READ = """
local now = redis.call('TIME')
local found = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
table.insert(found, 1, string.format('%d.%06d', now[1], now[2]))
return found
"""

_own = ""


@functools.cache
def redis_client(role: Role = Role.MAIN) -> redis.Redis:
    """Return a client for checks, with a timeout of one second and no retries."""
    return new_sync_client(url(role), socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))


@statement
def _again(worker: str) -> Update:
    return Update(Heartbeat.objects.filter(worker=worker), at=Now(), returning=("is_draining",))


def _first(worker: str) -> None:
    place = f"{socket.gethostname()}:{os.getpid()}"
    Heartbeat.objects.create(worker=worker, place=place, at=Now())


def beat(worker_id: str) -> bool:
    """Record that this worker reaches both stores; raises what either raises. Return whether it drains."""
    global _own
    _own = worker_id
    # Each is recorded only if the other could be: what Redis refuses rolls the row back.
    with transaction.atomic():
        if (noted := _again.first(worker_id)) is None:
            _first(worker_id)
        redis_client().eval(_NOTE, 1, IN_REDIS, worker_id, FORGOTTEN_AFTER_S)
    return noted is not None and bool(noted[0])


@every(3600)
def forget_old() -> None:
    """Delete the heartbeats of workers that stopped long ago."""
    Heartbeat.objects.filter(at__lt=Now() - timedelta(seconds=FORGOTTEN_AFTER_S)).delete()


def noted_in_redis() -> bool:
    """Return whether another worker has reached the database since this one lost it.

    False where Redis cannot be asked.
    """
    try:
        answer: Any = redis_client().eval(_READ, 1, IN_REDIS)
        now, *noted = answer
        at = dict(zip((name.decode() for name in noted[::2]), map(float, noted[1::2]), strict=True))
        return _others_are_ahead(at, float(now))
    except ANY_REDIS_ERROR:
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
