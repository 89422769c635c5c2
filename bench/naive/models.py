"""The stored moves."""

from django.db import models


class Move(models.Model):
    """A move as a player made it."""

    room = models.UUIDField(db_index=True)
    movement = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.movement} in {self.room}"
