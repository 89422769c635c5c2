"""The metrics that achievements count."""

from django.db import models


class Metric(models.TextChoices):
    """A number counted for each player."""

    GAMES_PLAYED = "games_played"
    GAMES_WON = "games_won"
    BATTLES_WON = "battles_won"
    ITEMS_BOUGHT = "items_bought"
    PETS_HATCHED = "pets_hatched"
    DAYS_CLAIMED = "days_claimed"
    LEVEL = "level"
