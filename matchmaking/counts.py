"""How many wait, for ``GET /api/status`` and for ``/metrics``."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core.figures import SHARED
from core.status import counts
from matchmaking.models import Member, Queue, Ticket


@counts("queued")
def queued() -> int:
    return Member.objects.count()


class QueueFigures(Collector):
    """How many tickets wait for each game, and how long the eldest has."""

    def collect(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("matchmaking_queue_tickets", "Tickets that wait", labels=["game"])
        wait = GaugeMetricFamily(
            "matchmaking_queue_eldest_seconds", "Waiting time of the eldest ticket", labels=["game"]
        )
        # By game alone: modes are named by players, and there is no end of names.
        waiting: dict[str, tuple[int, datetime]] = {}
        for queue, count, since in Ticket.objects.values_list("queue").annotate(
            Count("pk"), Min("joined_at")
        ):
            game, _ = Queue.kind_of(queue)
            before, eldest = waiting.get(game, (0, since))
            waiting[game] = (before + count, min(eldest, since))
        now = timezone.now()
        for game, (count, since) in waiting.items():
            depth.add_metric([game], count)
            wait.add_metric([game], max(0.0, (now - since).total_seconds()))
        yield depth
        yield wait


SHARED.register(QueueFigures())
