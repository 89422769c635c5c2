"""Maintenance: no new games begin, running ones go on, and operators stay in.

It is a row in the database that each worker reads at most once a second, and only when somebody asks for a
game. It is over at its end, even if nobody is there to say so.
"""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from msgspec import Struct

from core import due
from core.ids import UserId
from core.models import Maintenance
from core.refusals import Conflict, Invalid, Unavailable
from core.remembered import Remembered
from core.statements import statement

LOOK = "maintenance"
"""The look that tells those who are connected."""
CACHED_S = 1.0
LONGEST = timedelta(days=7)

Told = Maintenance.Told


class UnderMaintenance(Unavailable):
    """No new games begin for now; ``details`` say why and until when."""

    code = "maintenance"
    title = "Under maintenance"


class AnnouncedBefore(Conflict):
    """There is one maintenance at a time."""

    code = "maintenance_announced"
    title = "Maintenance has been announced already"


class Window(Struct, kw_only=True, frozen=True):
    """A maintenance, as shown to everybody."""

    message: str
    starts_at: datetime
    ends_at: datetime | None


def _open() -> QuerySet[Maintenance]:
    return Maintenance.objects.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()), ended_at=None)


latest = Remembered(lambda: _open().first(), for_s=CACHED_S)
"""The maintenance that was not over when the database was read, if any."""


def announced() -> Window | None:
    """Return the maintenance that is announced or in force, if any."""
    row = _row()
    return None if row is None else window(row)


def window(row: Maintenance) -> Window:
    """Return a maintenance as shown to everybody."""
    return Window(message=row.message, starts_at=row.starts_at, ends_at=row.ends_at)


def _row() -> Maintenance | None:
    row = latest()
    is_over = row is not None and row.ends_at is not None and row.ends_at <= timezone.now()
    return None if is_over else row


def is_in_force() -> bool:
    """Return whether no new games begin now."""
    row = _row()
    return row is not None and row.starts_at <= timezone.now()


def refusal(user_id: UserId | None) -> UnderMaintenance | None:
    """Return why a user gets no new game, or None; without a user as for any player."""
    if not is_in_force():
        return None
    row = _row()
    operators = get_user_model().objects.filter(is_staff=True)
    if row is None or (user_id is not None and operators.filter(pk=user_id).exists()):
        return None
    left_s = None if row.ends_at is None else (row.ends_at - timezone.now()).total_seconds()
    return UnderMaintenance(
        row.message or "No new games begin during maintenance.",
        details={"ends_at": row.ends_at},
        retry_after=left_s and max(1, round(left_s)),
    )


def check(user_id: UserId | None) -> None:
    """Raise ``UnderMaintenance`` unless a user gets new games."""
    if (closed := refusal(user_id)) is not None:
        raise closed


@transaction.atomic
def announce(
    *, starts_at: datetime, ends_at: datetime | None, message: str = "", by_id: UserId | None = None
) -> Maintenance:
    """Announce maintenance. Raises ``AnnouncedBefore``, ``Invalid`` (the times)."""
    if ends_at is not None and not starts_at < ends_at <= starts_at + LONGEST:
        raise Invalid("It ends after it starts, within a week.")
    # One that ended by itself must not count as announced.
    Maintenance.objects.filter(ended_at=None, ends_at__lte=timezone.now()).update(ended_at=timezone.now())
    try:
        with transaction.atomic():
            row = Maintenance.objects.create(
                starts_at=starts_at, ends_at=ends_at, message=message, by_id=by_id
            )
    except IntegrityError:
        raise AnnouncedBefore from None
    _changed()
    return row


@transaction.atomic
def end() -> bool:
    """End the maintenance now; return whether there was one."""
    ended = Maintenance.objects.filter(ended_at=None).update(ended_at=timezone.now())
    _changed()
    return bool(ended)


def _changed() -> None:
    transaction.on_commit(latest.forget, robust=True)
    due.wake(LOOK)


@statement
def to_tell(until: datetime) -> QuerySet[Maintenance, int]:
    """Return the maintenances of which something has to be told before ``until``."""
    begins = Q(told=Told.ANNOUNCED, starts_at__lte=until)
    is_over = Q(ended_at__isnull=False) | Q(ends_at__lte=until)
    found = Q(told=Told.NOTHING) | begins | (is_over & ~Q(told=Told.OVER))
    return Maintenance.objects.filter(found).values_list("pk", flat=True)


@transaction.atomic
def next_to_tell() -> list[tuple[Maintenance, Told]]:
    """Note what is to be told now as told, and return it; each is returned to one worker."""
    now = timezone.now()
    found = []
    for row in Maintenance.objects.select_for_update().filter(pk__in=list(to_tell(now))).order_by("pk"):
        is_over = row.ended_at is not None or (row.ends_at is not None and row.ends_at <= now)
        if is_over and row.ended_at is None:
            row.ended_at = row.ends_at
        row.told = Told.OVER if is_over else Told.BEGUN if row.starts_at <= now else Told.ANNOUNCED
        row.save(update_fields=["told", "ended_at"])
        found.append((row, Told(row.told)))
    return found
