"""The operators' announcements."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from notifications.services import MAX_LENGTH


class Announcement(models.Model):
    """An announcement to everybody connected, sent at once or at a time, and its author."""

    message = models.TextField(max_length=MAX_LENGTH)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    send_at = models.DateTimeField(null=True, blank=True, help_text="UTC; empty for at once")
    sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=["send_at"], name="scheduled_announcements", condition=models.Q(sent_at=None))
        ]

    def __str__(self) -> str:
        return self.message[:60]

    def clean(self) -> None:
        self.message = self.message.strip()
        if not self.message:
            raise ValidationError({"message": "The message is empty."})
