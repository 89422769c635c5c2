"""Notes about players, messages to them, and requests to erase them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import User

MAX_TEXT_LENGTH = 2000
MAX_REASON_LENGTH = 200


class Person(User):
    """An account as support sees it: its page in the admin shows all that is known of it."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name_plural = "people"


class Note(models.Model):
    """A note by an operator about a player, for other operators."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)

    def __str__(self) -> str:
        return self.text[:60]


class Message(models.Model):
    """A message from the operators to a player."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="support_messages_of_user")]

    def __str__(self) -> str:
        return self.text[:60]


class Erasure(models.Model):
    """A request to erase a player, which another operator approves."""

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        WITHDRAWN = "withdrawn"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=MAX_REASON_LENGTH)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state="asked"), name="one_erasure_asked_a_user"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved", decided_by=F("asked_by")), name="four_eyes_for_erasure"
            ),
        ]

    def __str__(self) -> str:
        # The name is what has to be typed to confirm the approval.
        return self.user.username
