"""Achievements, and the players' progress."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from core.content import Content
from progression.achievements.metrics import Metric
from progression.models import Player


class Achievement(Content):
    """A goal and its reward, written by operators."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=200, blank=True)
    metric = models.CharField(max_length=20, choices=Metric)
    goal = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    xp = models.PositiveIntegerField(default=0)
    gold = models.PositiveIntegerField(default=0)
    gems = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("metric", "goal", "id")
        constraints = [models.CheckConstraint(condition=Q(goal__gte=1), name="a_goal_is_something")]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """A player's count of one metric. Changes require the player's lock."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="tallies")
    metric = models.CharField(max_length=20, choices=Metric)
    count = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["player", "metric"], name="one_tally_a_metric"),
            models.CheckConstraint(condition=Q(count__gte=0), name="tally_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.metric} of {self.player_id}"


class Earned(models.Model):
    """An achievement earned by a player, at most once."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="earned")
    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="earned")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "earned"
        constraints = [models.UniqueConstraint(fields=["player", "achievement"], name="earned_once")]

    def __str__(self) -> str:
        return f"{self.achievement_id} of {self.player_id}"
