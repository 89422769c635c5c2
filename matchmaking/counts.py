"""Counts of tickets for ``GET /api/status`` and ``/metrics``."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core.figures import SHARED
from core.status import counts
from matchmaking.models import Member
from matchmaking.selectors import waiting_by_queue


@counts("queued")
def queued() -> int:
    return Member.objects.count()


class QueueFigures(Collector):
    """For each game, the number of tickets and the age of the oldest."""

    def collect(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("matchmaking_queue_tickets", "Tickets that wait", labels=["game"])
        wait = GaugeMetricFamily(
            "matchmaking_queue_eldest_seconds", "Waiting time of the eldest ticket", labels=["game"]
        )
        tickets: Counter[str] = Counter()
        longest: dict[str, float] = {}
        for queue in waiting_by_queue():
            game = queue["game"]
            tickets[game] += queue["tickets"]
            longest[game] = max(queue["longest_wait_s"], longest.get(game, 0.0))
        for game, count in tickets.items():
            depth.add_metric([game], count)
            wait.add_metric([game], longest[game])
        yield depth
        yield wait


SHARED.register(QueueFigures())
