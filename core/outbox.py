"""An outbox: calls that a transaction asks for and that are made once it has committed, at least once each.

An entry is written in the transaction, so it exists if and only if that commits. The worker that wrote it
makes the call, or later the elected one (``core.due``). A call has a transaction of its own, which also
deletes the entry: what it writes to the database is written once. A call that fails is repeated after 1, 2,
4 ... seconds, at last every hour.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import due
from core.models import OutboxEntry
from core.problems import log_failure
from core.statements import statement

LOOK = "outbox"
MAX_A_PASS = 100
LONGEST_WAIT_S = 3600
LEASE = timedelta(minutes=1)
"""A call whose worker died is repeated after this time, or later if it was repeated before."""

Handler = Callable[[UUID, str], None]

_handlers: dict[str, Handler] = {}


def register(name: str, handler: Handler) -> None:
    """Register ``handler(id, data)`` for the calls of this name; a repeated call has the same id."""
    if name in _handlers:
        raise ValueError(f"Two handlers are called {name!r}")
    _handlers[name] = handler


def add(names: Iterable[str], data: str) -> None:
    """Ask for a call of each of these handlers with this JSON, in the current transaction."""
    now = timezone.now()
    OutboxEntry.objects.bulk_create(OutboxEntry(handler=name, data=data, due_at=now) for name in names)
    due.wake(LOOK)


def retry(entry: OutboxEntry) -> None:
    """Make this call due now."""
    OutboxEntry.objects.filter(pk=entry.pk).update(due_at=timezone.now())
    due.wake(LOOK)


@statement
def _waiting(until: datetime) -> QuerySet[OutboxEntry, UUID]:
    return OutboxEntry.objects.filter(due_at__lte=until).values_list("pk", flat=True)


@due.look(LOOK, every_s=1, waiting=_waiting)
def call_due() -> None:
    """Make the calls that are due and whose handlers exist here."""
    if _handlers:
        for _ in range(MAX_A_PASS):
            entry = _claim()
            if entry is None:
                break
            _call(entry)


def _claim() -> OutboxEntry | None:
    """Return an entry that is due, which then is due for no other worker until its lease ends."""
    now = timezone.now()
    entries = OutboxEntry.objects.filter(handler__in=_handlers, due_at__lte=now).order_by("due_at", "pk")
    # Seen first without a transaction: on SQLite, it would keep all others from writing.
    if not entries.exists():
        return None
    with transaction.atomic():
        # SQLite has no row locks, and needs none: it has one writer at a time.
        entry = entries.select_for_update(skip_locked=True).first()
        if entry is not None:
            entry.attempts += 1
            entry.due_at = now + LEASE + _wait(entry.attempts)
            entry.save(update_fields=["attempts", "due_at"])
        return entry


def _call(entry: OutboxEntry) -> None:
    own = OutboxEntry.objects.filter(pk=entry.pk, attempts=entry.attempts)
    try:
        with transaction.atomic():
            # First, so that the row is locked during the call, should that outlast the lease.
            deleted, _ = own.delete()
            if deleted:
                _handlers[entry.handler](entry.pk, entry.data)
    except Exception as error:
        log_failure(error, f"{entry.handler} ({entry.pk})")
        # PostgreSQL's texts hold no NUL.
        said = f"{type(error).__name__}: {error}".replace("\0", "")
        own.update(error=said, due_at=timezone.now() + _wait(entry.attempts))


def _wait(attempts: int) -> timedelta:
    return timedelta(seconds=min(2.0 ** min(attempts - 1, 32), LONGEST_WAIT_S))
