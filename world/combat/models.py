"""Fights between characters, and the abilities and remedies that operators edit."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.content import Content
from world.rules import CharacterId

AT_LEAST_ONE = [MinValueValidator(1)]


class Ability(Content):
    """A spell: its effect, required level, cost and cooldown."""

    class Kind(models.TextChoices):
        DAMAGE = "damage"
        HEAL = "heal"

    name = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.DAMAGE)
    power = models.PositiveIntegerField(validators=AT_LEAST_ONE, help_text="In percent of one's attack")
    cooldown_ms = models.PositiveIntegerField(default=0)
    stamina_cost = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=1, validators=AT_LEAST_ONE)

    class Meta:
        db_table = "world_ability"
        verbose_name_plural = "abilities"
        ordering = ("level", "name")
        constraints = [
            models.CheckConstraint(condition=Q(power__gte=1, level__gte=1), name="ability_in_bounds")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def cooldown(self) -> timedelta:
        return timedelta(milliseconds=self.cooldown_ms)


class Remedy(Content):
    """An item that heals and is used up in a fight."""

    item = models.OneToOneField(
        "progression.Item", to_field="slug", on_delete=models.CASCADE, related_name="+"
    )
    heals = models.PositiveIntegerField(validators=AT_LEAST_ONE)

    class Meta:
        db_table = "world_remedy"
        verbose_name_plural = "remedies"
        constraints = [models.CheckConstraint(condition=Q(heals__gte=1), name="remedy_heals")]

    def __str__(self) -> str:
        return f"{self.item_id} heals {self.heals}"


class Combat(models.Model):
    """A fight between two characters.

    Code that changes it holds the lock of this row; code that changes health first locks both characters.
    ``step`` counts the changes. Each change's random generator is made from ``seed`` and ``step``.
    """

    class Reason(models.TextChoices):
        DEFEATED = "defeated"
        FLED = "fled"
        DISCONNECTED = "disconnected"

    attacker = models.ForeignKey("world.Character", on_delete=models.CASCADE, related_name="fights_begun")
    defender = models.ForeignKey("world.Character", on_delete=models.CASCADE, related_name="fights_met")
    location = models.ForeignKey("world.Location", on_delete=models.CASCADE, related_name="+")
    seed = models.BigIntegerField()
    step = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    winner = models.ForeignKey(
        "world.Character", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "world_combat"
        constraints = [
            models.CheckConstraint(condition=~Q(attacker=F("defender")), name="nobody_fights_themselves"),
            models.CheckConstraint(
                condition=Q(ended_at=None, reason="", winner=None)
                | Q(ended_at__isnull=False) & ~Q(reason=""),
                name="combat_ends_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["attacker"], condition=Q(ended_at=None), name="attacker_of_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["defender"], condition=Q(ended_at=None), name="defender_from_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"combat {self.pk}: {self.attacker_id} against {self.defender_id}"

    def other(self, character_id: CharacterId) -> CharacterId:
        """Return the id of this character's opponent."""
        return CharacterId(self.defender_id if character_id == self.attacker_id else self.attacker_id)


class Recovery(models.Model):
    """The time when a character that has fought regains full health.

    It is kept when the fight is deleted together with the opponent.
    """

    character = models.OneToOneField(
        "world.Character", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "world_recovery"
        verbose_name_plural = "recoveries"

    def __str__(self) -> str:
        return f"{self.character_id} is well again at {self.at}"


class Reward(models.Model):
    """A record that a user was rewarded for defeating another.

    It outlives the characters, so that new characters do not bring new rewards.
    """

    winner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    loser = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "world_reward"
        indexes = [models.Index(fields=["winner", "loser", "at"], name="rewards_of_a_pair")]

    def __str__(self) -> str:
        return f"{self.winner_id} was rewarded for beating {self.loser_id}"


class Cooldown(models.Model):
    """The time when a character may use an ability again."""

    character = models.ForeignKey("world.Character", on_delete=models.CASCADE, related_name="cooldowns")
    ability = models.ForeignKey(Ability, on_delete=models.CASCADE, related_name="+")
    ready_at = models.DateTimeField()

    class Meta:
        db_table = "world_cooldown"
        constraints = [models.UniqueConstraint(fields=["character", "ability"], name="one_cooldown_each")]

    def __str__(self) -> str:
        return f"{self.character_id} may use {self.ability_id} again at {self.ready_at}"
