"""The progress of the search for cheating."""

from django.db import models


class Progress(models.Model):
    """Until when what ended, games or trades, was searched. Its lock lets one worker search at a time."""

    class Subject(models.TextChoices):
        GAMES = "games"
        TRADES = "trades"

    subject = models.CharField(max_length=6, choices=Subject, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} until {self.until:%Y-%m-%d %H:%M:%S}"
