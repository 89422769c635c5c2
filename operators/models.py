"""The operators' announcements."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from notifications.services import MAX_LENGTH


class Announcement(models.Model):
    """An announcement that was sent to everybody connected, and its author."""

    message = models.TextField(max_length=MAX_LENGTH)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.message[:60]

    def clean(self) -> None:
        self.message = self.message.strip()
        if not self.message:
            raise ValidationError({"message": "The message is empty."})
