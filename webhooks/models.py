"""Tables: the addresses that are called, and the calls."""

from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from webhooks import rules


class Endpoint(models.Model):
    """An address of another system, and the events after which it is called.

    It is switched off rather than deleted, because its calls are written by other transactions.
    """

    name = models.CharField(max_length=60, unique=True)
    url = models.URLField(max_length=500)
    events = models.JSONField(default=list)
    """The ``type`` of each event."""
    is_active = models.BooleanField(default=True)
    secret = models.CharField(max_length=80, default=rules.new_secret, editable=False)
    former_secret = models.CharField(max_length=80, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    """The time until which calls are signed with the former secret, too."""

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        at = urlsplit(self.url)
        is_plain = self.url.isascii() and not (at.username or at.password or at.fragment)
        if not (at.hostname and is_plain):
            raise ValidationError({"url": "Give an ASCII address without a name, password or fragment."})
        if at.scheme != "https" and not settings.WEBHOOK_NETWORKS:
            raise ValidationError({"url": "Give an https address."})


class Delivery(models.Model):
    """A call: waiting (with ``due_at``), delivered, or given up (with neither)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=100)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    """The HTTP status of the last attempt, if it was answered."""
    error = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["due_at"], name="calls_by_due", condition=~models.Q(due_at=None))]

    def __str__(self) -> str:
        return f"{self.event}: {self.pk}"


class LoggedEvent(models.Model):
    """An event for analytics, kept for ``EVENT_LOG_DAYS``."""

    at = models.DateTimeField(db_index=True)
    type = models.CharField(max_length=100)
    data = models.TextField()
    """JSON."""

    def __str__(self) -> str:
        return f"{self.type} at {self.at}"
