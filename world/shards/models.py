"""Crystal shards: their places, owners and captures in progress."""

from django.db import models
from django.db.models import Q

from world.shards.rules import Channel


class Shard(models.Model):
    """A crystal shard. Code that changes it holds the lock of its row.

    While ``captor`` captures it, ``remaining`` is the time left: until ``due_at``, or, while that is null
    because an enemy is present, from the moment the enemy leaves.
    """

    name = models.CharField(max_length=60, unique=True)
    location = models.ForeignKey("world.Location", on_delete=models.PROTECT, related_name="shards")
    faction = models.ForeignKey(
        "world.Faction", on_delete=models.SET_NULL, null=True, blank=True, related_name="shards"
    )
    captor = models.ForeignKey(
        "world.Character", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    remaining = models.DurationField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "world_shard"
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__isnull=False) | Q(due_at=None), name="shard_due_is_channelled"
            ),
            models.UniqueConstraint(fields=["captor"], name="one_shard_for_a_captor"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def channel(self) -> Channel | None:
        """The capture in progress, or None."""
        return None if self.remaining is None else Channel(self.remaining, self.due_at)

    @channel.setter
    def channel(self, channel: Channel | None) -> None:
        self.remaining = None if channel is None else channel.remaining
        self.due_at = None if channel is None else channel.due_at
