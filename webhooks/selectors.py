"""Reads of the addresses to call and of the log of events."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec
from django.utils import timezone

from webhooks.models import Endpoint, LoggedEvent

FRESH_S = 5.0
SETTLED_AFTER = timedelta(minutes=1)
"""By then, every transaction that has an earlier event is committed or rolled back."""

_wanted: frozenset[str] | None = None


def refresh() -> None:
    """Read which events any address is called after; the server does so every ``FRESH_S``."""
    global _wanted
    rows = Endpoint.objects.filter(is_active=True).values_list("events", flat=True)
    _wanted = frozenset(name for names in rows for name in names)


def is_wanted(event: str) -> bool:
    """Return whether any address is called after this event, without a query."""
    if _wanted is None:
        refresh()
    return _wanted is not None and event in _wanted


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
