"""The scores of leaderboards."""

from django.conf import settings
from django.db import models

from competition.rules import MAX_NAME_LENGTH


class Score(models.Model):
    """A player's score on a leaderboard in one of its periods."""

    board = models.CharField(max_length=MAX_NAME_LENGTH)
    period = models.CharField(max_length=10, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scores")
    score = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["board", "period", "user"], name="one_score_a_period")]
        indexes = [
            models.Index(fields=["board", "period", "score", "user"], name="scores_from_the_lowest"),
            models.Index(fields=["board", "period", "-score", "user"], name="scores_from_the_highest"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of {self.user_id} on {self.board} {self.period}".rstrip()
