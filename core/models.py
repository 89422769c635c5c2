"""Tables of the shared kernel: idempotent answers, heartbeats, content's history, the outbox, mails."""

from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class IdempotentAnswer(models.Model):
    """The stored answer to a request with an ``Idempotency-Key``.

    For a caller without a token (no ``user``), key and fingerprint are keyed digests, and the body is
    encrypted.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_user_and_key"),
            models.UniqueConstraint(
                fields=["key"], name="one_answer_per_stranger_and_key", condition=models.Q(user=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of user {self.user_id}"


class Heartbeat(models.Model):
    """The time at which a worker last reached both Redis and this database (see ``core.heartbeats``)."""

    worker = models.CharField(max_length=100, primary_key=True)
    place = models.CharField(max_length=200, db_default="")
    """Its host and process id."""
    at = models.DateTimeField()
    is_draining = models.BooleanField(default=False, db_default=False)
    """Whether operators want it emptied (see ``core.draining``)."""

    class Meta:
        verbose_name = "worker"

    def __str__(self) -> str:
        return f"{self.worker} at {self.at}"


class ContentVersion(models.Model):
    """One version of a content row. It is kept when the row is deleted."""

    model = models.CharField(max_length=100)
    row_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    data = models.JSONField(encoder=DjangoJSONEncoder)
    """The row in the format of Django's serializers."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """The user who saved it; None for the platform itself."""
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "row_id", "version"], name="one_row_a_content_version")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class OutboxEntry(models.Model):
    """A call that is to be made, by its handler's name; deleted once it is done (see ``core.outbox``)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    handler = models.CharField(max_length=300)
    data = models.TextField()
    """JSON for the handler."""
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    """The error of the last attempt."""

    class Meta:
        verbose_name_plural = "outbox entries"

    def __str__(self) -> str:
        return f"{self.handler}: {self.pk}"


class MailAddress(models.Model):
    """An address to which mails are queued. Its row is the lock under which they are counted."""

    address = models.EmailField(primary_key=True)

    def __str__(self) -> str:
        return self.address


class Mail(models.Model):
    """An e-mail that is to be sent, was sent, or was given up (neither due nor sent); see ``core.mail``."""

    kind = models.CharField(max_length=50)
    address = models.EmailField()
    facts = models.JSONField(default=dict)
    """Facts for the function of its kind, which renders it."""
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    subject = models.CharField(max_length=200, blank=True, db_default="")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True, db_default="")
    """Subject, text and HTML that were sent, kept with ``DEBUG`` only."""

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="mails_by_due", condition=~models.Q(due_at=None)),
            models.Index(fields=["address", "created_at"], name="mails_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address}"


class Maintenance(models.Model):
    """A time in which no new games begin, for all but operators; see ``core.maintenance``."""

    class Told(models.TextChoices):
        NOTHING = "nothing"
        ANNOUNCED = "announced"
        BEGUN = "begun"
        OVER = "over"

    message = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Then it is over by itself")
    ended_at = models.DateTimeField(null=True, editable=False)
    told = models.CharField(max_length=9, choices=Told, default=Told.NOTHING, editable=False)
    """The last that was told to those who are connected."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name_plural = "maintenance"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="maintenance_ends_after_it_starts",
                violation_error_message="It ends after it starts.",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(ended_at=None),
                name="one_maintenance_at_a_time",
                violation_error_message="Another one has been announced: end it first.",
            ),
        ]

    def __str__(self) -> str:
        return f"maintenance from {self.starts_at:%Y-%m-%d %H:%M} UTC"


class LiveValue(models.Model):
    """The value of a setting that operators change while the servers run; see ``core.live_settings``."""

    name = models.CharField(max_length=60, primary_key=True, editable=False)
    value = models.JSONField()

    class Meta:
        verbose_name = "live setting"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class LiveChange(models.Model):
    """A change of a live setting."""

    name = models.CharField(max_length=60)
    old = models.JSONField()
    new = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "change of a live setting"
        verbose_name_plural = "changes of live settings"
        indexes = [models.Index(fields=["name", "-id"], name="live_changes_by_name")]

    def __str__(self) -> str:
        return f"{self.name}: {self.old} to {self.new}"
