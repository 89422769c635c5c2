"""Tables: the devices that are sent notifications, what each user wants, and what is to be sent."""

from uuid import uuid4

from django.conf import settings
from django.db import models

from accounts.models import Session
from notifications.push import rules


class Subscription(models.Model):
    """The browser of a session, as its push service knows it; it goes with the session."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=1000, unique=True)
    """The address of the push service for this browser."""
    public_key = models.CharField(max_length=100)
    secret = models.CharField(max_length=30)
    """The browser's keys in base64url, which it calls ``p256dh`` and ``auth``."""
    language = models.CharField(max_length=2, choices=[(one, one) for one in rules.LANGUAGES])
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"push to session {self.session_id}"


class Preference(models.Model):
    """The kinds of notifications that a user wants pushed; without a row, all."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    messages = models.BooleanField(default=True)
    invites = models.BooleanField(default=True)
    turns = models.BooleanField(default=True)
    friend_requests = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"preference of {self.user_id}"


class Push(models.Model):
    """A notification that is to be sent to a device; deleted once it is sent or given up."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    says = models.CharField(max_length=20)
    """The key of its text in ``rules.TEXTS``."""
    facts = models.JSONField()
    """The fields of the text."""
    path = models.CharField(max_length=200)
    """The place of the page that it opens. A newer one of the same path replaces it."""
    due_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "pushes"

    def __str__(self) -> str:
        return f"{self.says}: {self.pk}"
