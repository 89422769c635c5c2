"""Reads of the addresses to call and of the log of events."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.utils import timezone

from core.statements import statement
from realtime import worker
from webhooks.models import Delivery, Endpoint, LoggedEvent

FRESH_S = 5.0
SETTLED_AFTER = timedelta(minutes=1)
"""By then, every transaction that has an earlier event is committed or rolled back."""


class Wanted:
    """The events after which any address is called, and the time until which that is taken as known."""

    until = 0.0
    events: frozenset[str] = frozenset()


def refresh() -> None:
    """Read which events any address is called after."""
    rows = Endpoint.objects.filter(is_active=True).values_list("events", flat=True)
    wanted = worker.held(Wanted)
    wanted.events = frozenset(name for names in rows for name in names)
    wanted.until = time.monotonic() + FRESH_S


def is_wanted(event: str) -> bool:
    """Return whether any address is called after this event; another worker's change counts within 5 s."""
    wanted = worker.held(Wanted)
    if time.monotonic() >= wanted.until:
        refresh()
    return event in wanted.events


@statement
def waiting(until: datetime) -> QuerySet[Delivery, UUID]:
    """Return the calls that are due before ``until``."""
    rows = Delivery.objects.filter(due_at__lte=until, endpoint__is_active=True)
    return rows.values_list("pk", flat=True)


def endpoints_of(event: str) -> list[Endpoint]:
    """Return the addresses that are called after this event."""
    return [one for one in Endpoint.objects.filter(is_active=True) if event in one.events]


def logged(*, after: int, types: Sequence[str]) -> Iterator[str]:
    """Yield logged events as JSON, by id; those of the last minute are left out."""
    rows = LoggedEvent.objects.filter(pk__gt=after, at__lt=timezone.now() - SETTLED_AFTER).order_by("pk")
    if types:
        rows = rows.filter(type__in=types)
    for row in rows.iterator():
        line = {"id": row.pk, "at": row.at, "type": row.type, "data": msgspec.Raw(row.data.encode())}
        yield msgspec.json.encode(line).decode()
