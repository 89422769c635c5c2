"""Live figures of all workers together: each keeps in Redis what it counts, a sample every few seconds.

The database's counts are the same for all of them, and in each sample too: for their history.
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
from core.namespace import key
from game import selectors as games
from matchmaking import selectors as matchmaking
from realtime import metrics, worker
from realtime.redis import sync_client

logger = logging.getLogger(__name__)


EVERY_S = 5
KEPT = 120
WORKERS = key("figures:workers")

LAG_SHARE = 0.99
SHOWN_IN_S = {"errors": 60}
"""Totals that are shown in so many seconds, not in one."""
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
    """What one worker counted by a moment.

    ``slot`` is that moment in units of ``EVERY_S`` since the epoch. ``now`` holds what is measured,
    ``totals`` what only rises, ``late`` how often the real-time scheduler woke at most so many seconds late,
    ``everywhere`` what the database says, to all workers alike.
    """

    slot: int
    now: dict[str, float]
    totals: dict[str, float]
    late: dict[str, float]
    everywhere: dict[str, float]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Sample).decode


# -- Writing


@worker.background
async def _keep_samples() -> None:
    """Sample at the same moments as all other workers, so that their samples add up."""
    while True:
        await asyncio.sleep(EVERY_S - time.time() % EVERY_S)
        here = worker.current()
        slot = round(time.time() / EVERY_S)
        try:
            await worker.in_database(keep, here.id, slot, sockets=here.sockets.count)
        except worker.AWAY as problem:
            logger.warning("The figures of this moment are lost: %s", problem)


def keep(worker_id: str, slot: int, *, sockets: int) -> None:
    """Count, and keep it as this worker's sample of this moment."""
    samples = _key(worker_id)
    pipe = sync_client().pipeline()
    pipe.lpush(samples, _encode(_sample(slot, sockets)))
    pipe.ltrim(samples, 0, KEPT)
    pipe.expire(samples, KEPT * EVERY_S)
    pipe.zadd(WORKERS, {worker_id: slot})
    pipe.zremrangebyscore(WORKERS, "-inf", slot - KEPT)
    pipe.execute()


def _sample(slot: int, sockets: int) -> Sample:
    queues = matchmaking.waiting_by_queue()
    return Sample(
        slot=slot,
        now={"sockets": sockets},
        totals={
            "received": sum(list(metrics.received.values())),
            "told": sum(list(metrics.told.values())),
            "refused": sum(one.value for one in _samples(metrics.refusals, "_total")),
            "errors": sum(one.value for one in _samples(logs.errors, "_total")),
        },
        late={one.labels["le"]: one.value for one in _samples(metrics.tick_lag, "_bucket")},
        everywhere={
            "rooms": sum(row["games"] for row in games.unfinished_by_game()),
            "waiting": sum(queue["players"] for queue in queues),
            "longest_wait_s": max((queue["longest_wait_s"] for queue in queues), default=0.0),
        },
    )


def _samples(metric: Collector, suffix: str) -> list[Any]:
    return [one for family in metric.collect() for one in family.samples if one.name.endswith(suffix)]


def _key(worker_id: str) -> str:
    return key(f"figures:{worker_id}")


# -- Reading


def history() -> dict[str, Any]:
    """The figures of the last ten minutes, all workers together.

    ``series`` holds for each figure ``KEPT`` values, the latest last, ``every_s`` seconds apart; None where
    nobody counted. ``received``, ``told`` and ``refused`` are a second, ``errors`` a minute, ``tick_lag_ms``
    is what 99 of 100 ticks stay below. Raises one of ``Down`` without Redis.
    """
    now = int(time.time() / EVERY_S)
    redis: Any = sync_client()
    workers = redis.zrangebyscore(WORKERS, now - KEPT, "+inf", withscores=True)
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
            for figure, value in sample.everywhere.items():
                slots[figure][sample.slot] = value
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
    shown = range(latest - KEPT + 1, latest + 1)
    return {figure: [slots[figure].get(slot) for slot in shown] for figure in FIGURES}


def _quantile(counts: dict[str, float]) -> float | None:
    """Within how many seconds ``LAG_SHARE`` of ticks came, from counts by upper limit; None without any."""
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
