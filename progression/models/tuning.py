"""Tuning of growth and hatching: content that operators edit."""

import time
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q

from core.content import Content
from progression import rules
from progression.models.content import Rarity
from realtime import worker

RELOAD_INTERVAL_S = 1.0

_FIRST = rules.Growth()


def _number(default: int, low: int, high: int, help_text: str) -> Any:
    bounds = [MinValueValidator(low), MaxValueValidator(high)]
    return models.PositiveIntegerField(default=default, validators=bounds, help_text=help_text)


class Growth(Content):
    """The growth of levels, stat points, stamina and the daily reward: one row for all players.

    Levels are computed from experience, so a change of the curve moves all players and pets at once, up or
    down. It notifies nobody and grants or takes nothing: stat points already granted stay, the points of
    skipped levels are not granted, and a level that is lost and regained grants its points again. Stamina
    above a new maximum is lost. Every process applies the change within ``RELOAD_INTERVAL_S``.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    level_xp = _number(_FIRST.player.first, 1, 1_000_000, "Experience that the second level takes")
    level_xp_more = _number(
        _FIRST.player.more, 0, 100_000, "Experience that each further level takes more than the one before"
    )
    highest_level = _number(_FIRST.player.highest, 2, 1000, "The last level of a player")
    points_a_level = _number(_FIRST.points_a_level, 0, 100, "Stat points that a new level brings")
    stamina = _number(_FIRST.stamina, 1, 10_000, "The most stamina at the first level")
    stamina_a_level = _number(_FIRST.stamina_a_level, 0, 1000, "What each further level adds to it")
    pet_level_xp = _number(_FIRST.pet.first, 1, 1_000_000, "Experience that a pet's second level takes")
    pet_level_xp_more = _number(
        _FIRST.pet.more, 0, 100_000, "Experience that each further level takes more than the one before"
    )
    highest_pet_level = _number(_FIRST.pet.highest, 2, 1000, "The last level of a pet")
    daily_gold = _number(_FIRST.daily_gold, 0, 1_000_000, "Gold for coming back on a first day")
    daily_gold_a_day = _number(
        _FIRST.daily_gold_a_day, 0, 1_000_000, f"What each day in a row adds, up to {rules.DAYS_THAT_COUNT}"
    )

    class Meta:
        verbose_name_plural = "growth"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="growth_is_one_row")]

    def __str__(self) -> str:
        return "how players grow"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        transaction.on_commit(clear_cache)

    @property
    def numbers(self) -> rules.Growth:
        return rules.Growth(
            player=rules.Curve(self.level_xp, self.level_xp_more, self.highest_level),
            pet=rules.Curve(self.pet_level_xp, self.pet_level_xp_more, self.highest_pet_level),
            points_a_level=self.points_a_level,
            stamina=self.stamina,
            stamina_a_level=self.stamina_a_level,
            daily_gold=self.daily_gold,
            daily_gold_a_day=self.daily_gold_a_day,
        )


class HatchOdds(Content):
    """The hatching chances of eggs of one rarity; changes apply to the next egg."""

    egg = models.CharField(max_length=10, choices=Rarity, unique=True)
    common = models.PositiveIntegerField(default=0)
    uncommon = models.PositiveIntegerField(default=0)
    rare = models.PositiveIntegerField(default=0)
    epic = models.PositiveIntegerField(default=0)
    legendary = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "hatch odds"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    common=rules.ALL_CHANCES - F("uncommon") - F("rare") - F("epic") - F("legendary")
                ),
                name="chances_are_whole",
                violation_error_message=f"The chances of an egg add up to {rules.ALL_CHANCES}.",
            )
        ]

    def __str__(self) -> str:
        return f"chances of {self.egg} eggs"

    @property
    def chances(self) -> dict[str, int]:
        return {rarity: getattr(self, rarity) for rarity in rules.RARITIES}


class _Cached:
    """The growth, and when it was read."""

    value = _FIRST
    read_at = float("-inf")


def growth() -> rules.Growth:
    """Return the current growth. Reads the database at most once per ``RELOAD_INTERVAL_S`` and process."""
    cached = worker.held(_Cached)
    if time.monotonic() - cached.read_at > RELOAD_INTERVAL_S:
        read_at = time.monotonic()
        row = Growth.objects.first()
        cached.value = _FIRST if row is None else row.numbers
        cached.read_at = read_at
    return cached.value


def clear_cache() -> None:
    """Read the growth again at its next use."""
    worker.held(_Cached).read_at = float("-inf")


def first_stamina() -> int:
    """Return the stamina of a new player."""
    return growth().max_stamina(1)
