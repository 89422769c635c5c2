"""Offer events to other systems, and note calls and how they went."""

from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core import due
from realtime.reactions import reacts_to
from realtime.wire.messages import Event
from webhooks import rules, selectors
from webhooks.models import Delivery, Endpoint, LoggedEvent

LOOK = "webhooks"
AT_ONCE = 20
LEASE = timedelta(minutes=1)
"""A call whose worker died is made again after this time."""
FORMER_SECRET_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=30)

AnyEvent = TypeVar("AnyEvent", bound=Event)

offered: dict[str, type[Event]] = {}


def webhook(kind: type[AnyEvent]) -> type[AnyEvent]:
    """Offer an event to other systems: operators choose in the admin which of them are called after it.

    It has to be published by services. Usable as a decorator. Raises ``TypeError`` for an event that is no
    JSON, and ``ValueError`` for a second one with the same ``type``.
    """
    msgspec.json.schema(kind)
    name = str(kind.__struct_config__.tag)
    if offered.setdefault(name, kind) is not kind:
        raise ValueError(f"Two events for webhooks are called {name}")
    reacts_to(kind)(_enqueue)
    return kind


def _enqueue(event: Event) -> None:
    """Write the calls after this event, and the event itself if there is a log, in its transaction."""
    name = str(event.__struct_config__.tag)
    if not settings.EVENT_LOG_DAYS and not selectors.is_wanted(name):
        return
    data: dict[str, Any] = msgspec.to_builtins(event, str_keys=True)
    now = timezone.now()
    if settings.EVENT_LOG_DAYS:
        fields = {key: value for key, value in data.items() if key != "type"}
        LoggedEvent.objects.create(at=now, type=name, data=msgspec.json.encode(fields).decode())
    body = {"type": data.pop("type"), "timestamp": now, "data": data}
    text = msgspec.json.encode(body).decode()
    Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, event=name, body=text, due_at=now)
        for endpoint in selectors.endpoints_of(name)
    )
    due.wake(LOOK)


def claim() -> list[Delivery]:
    """Return calls to make now, which no other worker gets before their lease ends."""
    now = timezone.now()
    waiting = Delivery.objects.filter(due_at__lte=now, endpoint__is_active=True)
    # Seen first without a transaction: on SQLite, it would keep all others from writing.
    if not waiting.exists():
        return []
    with transaction.atomic():
        locked = waiting.select_for_update(skip_locked=True, of=("self",)) if _has_row_locks() else waiting
        claimed = list(locked.select_related("endpoint").order_by("due_at")[:AT_ONCE])
        for delivery in claimed:
            delivery.attempts += 1
            delivery.due_at = now + LEASE
        Delivery.objects.bulk_update(claimed, ["attempts", "due_at"])
        return claimed


def _has_row_locks() -> bool:
    return connection.features.has_select_for_update_of


@transaction.atomic
def note(delivery_id: UUID, *, attempts: int, status: int | None, error: str) -> None:
    """Note how an attempt went: a success, the time of the next one, or that it was the last."""
    now = timezone.now()
    mine = Delivery.objects.filter(pk=delivery_id, attempts=attempts, delivered_at=None)
    if not error:
        mine.update(status=status, error="", delivered_at=now, due_at=None)
        return
    wait = rules.wait_after(attempts)
    mine.update(status=status, error=error[:200].replace("\0", ""), due_at=now + wait if wait else None)


def deliver_again(delivery_id: UUID) -> None:
    """Make this call once more, now."""
    Delivery.objects.filter(pk=delivery_id).update(due_at=timezone.now(), attempts=0, delivered_at=None)
    due.wake(LOOK)


@transaction.atomic
def rotate(endpoint_id: int) -> str:
    """Give the endpoint a new secret and return it; calls are signed with the former one, too, for a day."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    endpoint.former_secret, endpoint.secret = endpoint.secret, rules.new_secret()
    endpoint.former_until = timezone.now() + FORMER_SECRET_FOR
    endpoint.save(update_fields=["secret", "former_secret", "former_until"])
    return endpoint.secret


def secrets_of(endpoint: Endpoint) -> list[str]:
    """Return the secrets that sign the endpoint's calls now."""
    is_former_good = endpoint.former_until is not None and endpoint.former_until > timezone.now()
    return [endpoint.secret, *([endpoint.former_secret] if is_former_good else [])]


def delete_old() -> None:
    """Delete calls that are long over, and events that were logged long ago."""
    LoggedEvent.objects.filter(at__lt=timezone.now() - timedelta(days=settings.EVENT_LOG_DAYS)).delete()
    Delivery.objects.filter(created_at__lt=timezone.now() - KEPT_FOR, due_at=None).delete()
