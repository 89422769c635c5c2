"""Draining: a worker takes no new sockets and rooms, and hands over those that it has.

Its row of heartbeats says so; the worker reads it with its next beat. It goes on answering HTTP, so that a
balancer that has not noticed yet loses nothing.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from core import heartbeats
from core.models import Heartbeat
from core.refusals import Conflict, NotFound


class UnknownWorker(NotFound):
    """No living worker has this id or place."""

    code = "unknown_worker"
    title = "Unknown worker"


class LastWorker(Conflict):
    """No other worker could take what this one has."""

    code = "last_worker"
    title = "No other worker would be left"


def living() -> QuerySet[Heartbeat]:
    """Return the workers that were heard lately."""
    recent = Now() - timedelta(seconds=heartbeats.RECENT_S)
    return Heartbeat.objects.filter(at__gte=recent).order_by("place")


@transaction.atomic
def drain(name: str) -> None:
    """Drain a worker, by its id or place. Raises ``UnknownWorker`` and ``LastWorker``."""
    # Two operators who drain the last two workers at once wait for each other.
    rows = list(living().order_by("pk").select_for_update())
    worker = next((row for row in rows if name in (row.worker, row.place)), None)
    if worker is None:
        raise UnknownWorker(f"No living worker is called {name}.")
    if not any(row != worker and not row.is_draining for row in rows):
        raise LastWorker("Drain it once another worker runs; maintenance stops new games on all.")
    Heartbeat.objects.filter(pk=worker.pk).update(is_draining=True)


def resume(name: str) -> None:
    """Let a worker take sockets and rooms again, by its id or place. Raises ``UnknownWorker``."""
    if not living().filter(Q(worker=name) | Q(place=name)).update(is_draining=False):
        raise UnknownWorker(f"No living worker is called {name}.")
