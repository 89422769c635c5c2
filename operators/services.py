"""Announcements: sent at once, or when they are due."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import due
from core.statements import statement
from notifications import services as notifications
from operators.models import Announcement

LOOK = "announcements"


@transaction.atomic
def announce(announcement: Announcement) -> None:
    """Store an announcement; without a time, or after it, it is sent at once."""
    announcement.send_at = announcement.send_at or timezone.now()
    announcement.save()
    if announcement.send_at <= timezone.now():
        _send(announcement)
    else:
        due.wake(LOOK)


def withdraw(announcement: Announcement) -> bool:
    """Delete an announcement that was not sent yet; return whether it was."""
    return bool(Announcement.objects.filter(pk=announcement.pk, sent_at=None).delete()[0])


@statement
def waiting(until: datetime) -> QuerySet[Announcement, int]:
    """Return the announcements that are to be sent before ``until``."""
    return Announcement.objects.filter(sent_at=None, send_at__lte=until).values_list("pk", flat=True)


@transaction.atomic
def send_due() -> None:
    """Send the announcements that are due, each once."""
    ids = list(waiting(timezone.now()))
    unsent = Announcement.objects.select_for_update().filter(pk__in=ids, sent_at=None)
    for announcement in unsent.order_by("send_at", "pk"):
        _send(announcement)


def _send(announcement: Announcement) -> None:
    notifications.announce(announcement.message)
    announcement.sent_at = timezone.now()
    announcement.save(update_fields=["sent_at"])
