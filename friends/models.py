"""Friendships, requests, blocks, and the status that users set.

Code that changes the relation of two users holds locks on both their rows (see ``services``); the constraints
here are a second safeguard.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from core.ids import UserId


class FriendRequest(models.Model):
    """A friend request. Answered ones are kept for some time."""

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        CANCELLED = "cancelled"

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="friend_requests_sent"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="friend_requests_received"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Least("from_user", "to_user"),
                Greatest("from_user", "to_user"),
                condition=Q(status="pending"),
                name="one_pending_request_a_pair",
            ),
            models.CheckConstraint(
                condition=~Q(from_user=F("to_user")), name="nobody_asks_themselves_to_be_friends"
            ),
        ]
        indexes = [
            models.Index(fields=["answered_at"], name="friend_requests_by_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.from_user_id} to {self.to_user_id}: {self.status}"


class Friendship(models.Model):
    """A friendship: one row for both users, the lower id first."""

    low = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="one_friendship_a_pair"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="friendship_lower_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"

    def other(self, user_id: UserId) -> UserId:
        """Return the id of the other user."""
        other: UserId = self.high_id if user_id == self.low_id else self.low_id
        return other


class Block(models.Model):
    """A block of one user by another; it works in both directions."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "blocked"], name="one_block_a_pair"),
            models.CheckConstraint(condition=~Q(by=F("blocked")), name="nobody_blocks_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} blocks {self.blocked_id}"


class Standing(models.Model):
    """The status that a user set for while they are online, and when they were last online."""

    class Status(models.TextChoices):
        ONLINE = "online"
        AWAY = "away"
        BUSY = "busy"
        PLAYING = "playing"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.ONLINE)
    last_seen = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.status}"
