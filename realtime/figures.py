"""The metrics behind ``/metrics``, collected from all workers by the one that is asked.

Workers may share one port, so a scrape can reach any of them. That worker collects the metrics of the others
over the relay and distinguishes them by the label ``worker``. If each worker has its own port, each is
scraped separately. Metrics of the whole system are listed in ``core.figures.SHARED``.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from core.background import STORE_ERRORS
from core.database import in_database
from core.figures import SHARED
from core.redis import REDIS_ERRORS
from core.refusals import Unavailable
from realtime import metrics, worker
from realtime.delivery.relay import relayed
from realtime.wire.messages import wire_name

logger = logging.getLogger(__name__)

ASK_TIMEOUT_S = 2.0

Figures = Callable[[], Iterable[Metric]]
# A metric family as sent between workers: name, documentation, type, samples (name, labels, value).
Packed = tuple[str, str, str, list[tuple[str, dict[str, str], float]]]

_of_the_loop: list[Figures] = []


def on_loop(function: Figures) -> Figures:
    """Register metrics that are read on the worker's event loop at each scrape; they must be quick."""
    _of_the_loop.append(function)
    return function


class _Families:
    """Metric families of several workers, merged by name."""

    def __init__(self) -> None:
        self._families: dict[str, Metric] = {}

    def add(self, families: Iterable[Packed], **labels: str) -> None:
        for name, documentation, kind, samples in families:
            family = self._families.setdefault(name, Metric(name, documentation, kind))
            family.samples.extend(Sample(of, {**own, **labels}, value) for of, own, value in samples)

    def collect(self) -> Iterable[Metric]:
        return self._families.values()


async def exposition() -> bytes:
    """Return the metrics of all workers in Prometheus' text format. Runs on the loop."""
    here = worker.current()
    families = _Families()
    others = await _others(here)
    answers = await asyncio.gather(
        _own("", None),
        *(here.relay.ask(other, "figures", None, within_s=ASK_TIMEOUT_S) for other in others),
        return_exceptions=True,
    )
    for answer in answers:
        if isinstance(answer, BaseException):
            # A worker that is stopping is missing from this scrape only.
            if not isinstance(answer, Unavailable):
                raise answer
            continue
        name, packed = answer
        families.add(packed, worker=name)
    return await _page(families, others)


async def own_exposition() -> bytes:
    """Return the metrics of this worker only. Runs on the loop."""
    families = _Families()
    _, packed = await _own("", None)
    families.add(packed)
    return await _page(families, await _others(worker.current()))


async def _page(families: _Families, others: list[str]) -> bytes:
    workers = GaugeMetricFamily("workers", "Workers that answered or should have", len(others) + 1)
    families.add([_packed(workers)])
    families.add(await _shared())
    # Only collect() is required.
    return generate_latest(cast(CollectorRegistry, families))


async def _others(here: worker.Worker) -> list[str]:
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            return [name for name in await here.presence.workers() if name != here.id]
    except REDIS_ERRORS:
        return []


async def _shared() -> list[Packed]:
    """Return the metrics that are equal on all workers; empty while the database is unavailable."""
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            return await in_database(lambda: [_packed(family) for family in SHARED.collect()])
    except STORE_ERRORS as problem:
        logger.warning("The figures that the database holds are missing from a scrape: %r", problem)
        return []


@relayed("figures")
async def _own(sender: str, nothing: None) -> tuple[str, list[Packed]]:
    """Return this worker's name and metrics."""
    quick = [_packed(family) for figures in _of_the_loop for family in figures()]
    registered = await asyncio.to_thread(lambda: [_packed(family) for family in REGISTRY.collect()])
    return f"{socket.gethostname()}:{os.getpid()}", quick + registered


def _packed(family: Metric) -> Packed:
    samples = [(sample.name, dict(sample.labels), sample.value) for sample in family.samples]
    return family.name, family.documentation, family.type, samples


@on_loop
def _kernel() -> Iterator[Metric]:
    here = worker.current()
    yield GaugeMetricFamily("realtime_sockets_open", "Open sockets", here.sockets.count)
    yield GaugeMetricFamily("realtime_users_online", "Users with a socket here", here.presence.users)
    yield GaugeMetricFamily("realtime_topics", "Topics that somebody here hears", len(here.hub))
    yield GaugeMetricFamily("realtime_tasks", "Tasks of the loop", len(asyncio.all_tasks()))
    depths = [connection.waiting for connection in here.sockets.all()]
    yield GaugeMetricFamily("realtime_outbox_frames", "Frames that wait for slow sockets", sum(depths))
    yield GaugeMetricFamily(
        "realtime_outbox_deepest_frames", "Frames that wait for the slowest", max(depths, default=0)
    )
    yield CounterMetricFamily(
        "realtime_relay_batches", "Batches of frames and requests sent to workers", here.relay.batches
    )
    failing = GaugeMetricFamily(
        "health_check_failing", "1 for a check of /health/ready that fails", labels=["check"]
    )
    for check, result in here.health.items():
        failing.add_metric([check], result != "ok")
    yield failing
    yield _by_type("realtime_messages_received", "Commands taken from clients", metrics.received)
    yield _by_type("realtime_messages_told", "Events told, each once for all who hear it", metrics.published)


def _by_type(name: str, documentation: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, documentation, labels=["type"])
    for kind, count in list(counts.items()):
        family.add_metric([wire_name(kind)], count)
    return family


def page(*, own: bool = False) -> bytes:
    """Return the exposition, from a thread; in a process without a worker, its own metrics only."""
    here = worker.running()
    if here is None:
        return generate_latest()
    making = own_exposition() if own else exposition()
    return asyncio.run_coroutine_threadsafe(making, here.loop).result(ASK_TIMEOUT_S * 4)
