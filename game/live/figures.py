"""Metrics of this worker's rooms, and the readiness checks of its journal and scheduler."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from core.status import NotReady, nowhere, readiness
from game import journals
from game.live import rooms
from realtime import figures, worker

STOPPED_S = 5.0


@figures.on_loop
def _rooms() -> Iterator[Metric]:
    here = Counter((room.match.game.name, room.state) for room in rooms.current().here.values())
    family = GaugeMetricFamily("game_rooms", "Games in the worker's memory", labels=["game", "state"])
    for labels, count in here.items():
        family.add_metric(labels, count)
    yield family
    entries = CounterMetricFamily("game_journal_entries", "Inputs committed and announced", labels=["kind"])
    written = (journal.written for journal in rooms.current().journals.values())
    for kind, count in sum(written, Counter[str]()).items():
        entries.add_metric([kind], count)
    yield entries


@readiness("journal", works_elsewhere=nowhere)
def _check_journal() -> None:
    if worker.running() is None:
        return
    numbers = [number for number, journal in rooms.current().journals.items() if journal.is_failing]
    if numbers:
        raise NotReady(f"moves cannot be stored in {', '.join(map(journals.alias, numbers))}")


@readiness("ticks")
def _check_ticks() -> None:
    if worker.running() is not None and rooms.current().scheduler.oldest_tick() > STOPPED_S:
        raise NotReady("real-time games stand still")
