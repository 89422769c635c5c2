"""Laps that were driven, tracks as operators edit them, and how often somebody has played here."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from gameplatform.extend import Content


class Lap(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    ms = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.ms} ms"


class Track(Content):
    """A track. Every version is kept, and can be restored in the admin."""

    name = models.CharField(max_length=60, unique=True)
    shortest_ms = models.PositiveIntegerField(default=20_000, validators=[MinValueValidator(1)])

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """The number of games that a player has finished."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    games = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.games} games"
