"""Live metrics of all workers: each stores a sample in Redis every few seconds.

Counts from the database are equal for all workers; only the elected one counts.
"""

import asyncio
import logging
import math
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import msgspec
from prometheus_client.registry import Collector

from core import logs
from core.background import STORE_ERRORS, background, role
from core.database import in_database
from core.namespace import key
from core.redis import evaluate_sync, sync_client
from game import selectors as games
from matchmaking import selectors as matchmaking
from realtime import metrics, worker

logger = logging.getLogger(__name__)


EVERY_S = 5
COUNT_EVERY = 3
"""Counts from the database are taken with each third sample, and hold until the next."""
HISTORY_LENGTH = 120
# The braces keep all these keys in one slot of a Redis Cluster, because a script uses two of them.
WORKERS = key("{figures}:workers")

LAG_SHARE = 0.99
SHOWN_IN_S = {"errors": 60}
"""Counters shown per this many seconds instead of per second."""
FIGURES = (
    "sockets",
    "received",
    "told",
    "refused",
    "errors",
    "tick_lag_ms",
    "rooms",
    "waiting",
    "longest_wait_s",
)


class Sample(msgspec.Struct, array_like=True):
    """Metrics of one worker at one moment.

    ``slot`` is the time in units of ``EVERY_S`` since the epoch. ``now`` holds gauges, ``totals`` counters,
    ``late`` the buckets of the scheduler's lag by upper bound in seconds, ``shared`` the counts from the
    database, which are equal for all workers; empty on workers that did not count.
    """

    slot: int
    now: dict[str, float]
    totals: dict[str, float]
    late: dict[str, float]
    shared: dict[str, float]


# KEYS: the worker's samples, the workers. ARGV: sample, samples kept, seconds kept, slot, worker.
_STORE = """
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4] - ARGV[2])
"""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Sample).decode


# -- Writing


@background
async def _record_samples() -> None:
    """Record samples at the same moments as all other workers, so that they can be added up."""
    while True:
        await asyncio.sleep(EVERY_S - time.time() % EVERY_S)
        here = worker.current()
        slot = round(time.time() / EVERY_S)
        try:
            counts = role.is_elected and slot % COUNT_EVERY == 0
            await in_database(record_sample, here.id, slot, sockets=here.sockets.count, counts=counts)
        except STORE_ERRORS as problem:
            logger.warning("A sample of the live figures is lost: %s", problem)


def record_sample(worker_id: str, slot: int, *, sockets: int, counts: bool) -> None:
    """Collect this worker's sample for ``slot`` and store it; ``counts`` queries the database."""
    sample = _encode(_sample(slot, sockets, _counts() if counts else {}))
    kept_s = HISTORY_LENGTH * EVERY_S
    evaluate_sync(_STORE, [_key(worker_id), WORKERS], [sample, HISTORY_LENGTH, kept_s, slot, worker_id])


def _counts() -> dict[str, float]:
    queues = matchmaking.waiting_by_queue()
    return {
        "rooms": sum(row["games"] for row in games.unfinished_by_game()),
        "waiting": sum(queue["players"] for queue in queues),
        "longest_wait_s": max((queue["longest_wait_s"] for queue in queues), default=0.0),
    }


def _sample(slot: int, sockets: int, counts: dict[str, float]) -> Sample:
    return Sample(
        slot=slot,
        now={"sockets": sockets},
        totals={
            "received": sum(list(metrics.received.values())),
            "told": sum(list(metrics.published.values())),
            "refused": sum(one.value for one in _samples(metrics.refusals, "_total")),
            "errors": sum(one.value for one in _samples(logs.errors, "_total")),
        },
        late={one.labels["le"]: one.value for one in _samples(metrics.tick_lag, "_bucket")},
        shared=counts,
    )


def _samples(metric: Collector, suffix: str) -> list[Any]:
    return [one for family in metric.collect() for one in family.samples if one.name.endswith(suffix)]


def _key(worker_id: str) -> str:
    return key(f"{{figures}}:{worker_id}")


# -- Reading


def history() -> dict[str, Any]:
    """Return the metrics of the last ten minutes, summed over all workers.

    ``series`` holds ``HISTORY_LENGTH`` values for each metric, latest last, ``every_s`` seconds apart; None
    where there is no sample. ``received``, ``told`` and ``refused`` are per second, ``errors`` per minute,
    ``tick_lag_ms`` is the 99th percentile. Raises one of ``REDIS_ERRORS`` without Redis.
    """
    now = int(time.time() / EVERY_S)
    redis: Any = sync_client()
    workers = redis.zrangebyscore(WORKERS, now - HISTORY_LENGTH, "+inf", withscores=True)
    pipe = redis.pipeline(transaction=False)
    for name, _ in workers:
        pipe.lrange(_key(name.decode()), 0, -1)
    by_worker = [[_decode(kept) for kept in reversed(samples)] for samples in pipe.execute()]
    return {
        "every_s": EVERY_S,
        "workers": sum(seen >= now - 1 for _, seen in workers),
        "series": _series(by_worker, latest=now),
    }


def _series(by_worker: Iterable[list[Sample]], *, latest: int) -> dict[str, list[float | None]]:
    slots: dict[str, dict[int, float]] = defaultdict(dict)
    late: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for samples in by_worker:
        for sample in samples:
            for figure, value in sample.now.items():
                slots[figure][sample.slot] = slots[figure].get(sample.slot, 0.0) + value
            for figure, value in sample.shared.items():
                for slot in range(sample.slot, sample.slot + COUNT_EVERY):
                    slots[figure][slot] = value
        for before, sample in pairwise(samples):
            seconds = (sample.slot - before.slot) * EVERY_S
            for figure in sample.totals.keys() & before.totals.keys():
                rate = (sample.totals[figure] - before.totals[figure]) / seconds * SHOWN_IN_S.get(figure, 1)
                slots[figure][sample.slot] = slots[figure].get(sample.slot, 0.0) + rate
            for limit, count in sample.late.items():
                late[sample.slot][limit] += count - before.late.get(limit, 0.0)
    for slot, counts in late.items():
        lag = _quantile(counts)
        if lag is not None:
            slots["tick_lag_ms"][slot] = lag * 1000
    shown = range(latest - HISTORY_LENGTH + 1, latest + 1)
    return {figure: [slots[figure].get(slot) for slot in shown] for figure in FIGURES}


def _quantile(counts: dict[str, float]) -> float | None:
    """Return the ``LAG_SHARE`` quantile in seconds from cumulative bucket counts; None without data."""
    limits = sorted((float(limit), count) for limit, count in counts.items())
    wanted = limits[-1][1] * LAG_SHARE if limits else 0.0
    if not wanted:
        return None
    below, before = 0.0, 0.0
    for limit, count in limits:
        if count >= wanted:
            inside = (wanted - before) / (count - before)
            return below if math.isinf(limit) else below + (limit - below) * inside
        below, before = limit, count
    return below
