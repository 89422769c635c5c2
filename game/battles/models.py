"""Battles against enemies, and the templates from which operators build them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.content import Content

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
AT_LEAST_ONE = [MinValueValidator(1)]
MAX_HP = 100_000_000
"""Maximum hit points of an enemy against one player; at most fifteen times as many in a full battle."""


class EnemyTemplate(Content):
    """A kind of enemy, with its values against a single player."""

    name = models.CharField(max_length=60, unique=True)
    max_hp = models.PositiveIntegerField(validators=[*AT_LEAST_ONE, MaxValueValidator(MAX_HP)])
    attack = models.PositiveIntegerField(validators=AT_LEAST_ONE)
    defense = models.PositiveIntegerField(default=0)
    critical_percent = models.PositiveSmallIntegerField(default=0, validators=PERCENT)
    acts_every_ms = models.PositiveIntegerField(
        default=3000, validators=[MinValueValidator(500)], help_text="Time between two attacks"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(max_hp__gte=1, attack__gte=1), name="enemy_template_lives"),
            models.CheckConstraint(condition=Q(critical_percent__lte=100), name="enemy_template_percent"),
            models.CheckConstraint(condition=Q(acts_every_ms__gte=500), name="enemy_template_acts"),
        ]

    def __str__(self) -> str:
        return self.name


class BattleTemplate(Content):
    """A kind of battle; while it is offered, there is always one open to join."""

    name = models.CharField(max_length=50, unique=True)
    level = models.PositiveSmallIntegerField(validators=AT_LEAST_ONE)
    max_players = models.PositiveSmallIntegerField(
        default=4, validators=[*AT_LEAST_ONE, MaxValueValidator(20)]
    )
    stamina_cost = models.PositiveIntegerField(default=0)
    xp = models.PositiveIntegerField(default=0)
    gold = models.PositiveIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1, max_players__gte=1, max_players__lte=20),
                name="battle_template_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Lineup(Content):
    """A number of enemies of one kind in a battle template."""

    template = models.ForeignKey(BattleTemplate, on_delete=models.CASCADE, related_name="lineup")
    enemy = models.ForeignKey(EnemyTemplate, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveSmallIntegerField(default=1, validators=[*AT_LEAST_ONE, MaxValueValidator(10)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "enemy"], name="lineup_once"),
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=10), name="lineup_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.enemy}"


class DropChance(Content):
    """A line of a battle's drop table."""

    template = models.ForeignKey(BattleTemplate, on_delete=models.CASCADE, related_name="drops")
    item = models.ForeignKey("progression.Item", to_field="slug", on_delete=models.CASCADE, related_name="+")
    percent = models.PositiveSmallIntegerField(validators=PERCENT)
    quantity = models.PositiveSmallIntegerField(default=1, validators=AT_LEAST_ONE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "item"], name="drop_once"),
            models.CheckConstraint(condition=Q(percent__lte=100, quantity__gte=1), name="drop_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % {self.quantity} × {self.item_id}"


class Battle(models.Model):
    """A battle. Code that changes it, its enemies or its fighters holds the lock of this row.

    ``step`` counts the changes. Each change's random generator is made from ``seed`` and ``step``, so no
    random state is stored. ``acts_at`` is when the next enemy acts.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ACTIVE = "active"
        WON = "won"
        LOST = "lost"

    UNDER_WAY = (State.WAITING, State.ACTIVE)
    OVER = (State.WON, State.LOST)

    template = models.ForeignKey(BattleTemplate, on_delete=models.PROTECT, related_name="battles")
    name = models.CharField(max_length=50)
    level = models.PositiveSmallIntegerField()
    max_players = models.PositiveSmallIntegerField()
    stamina_cost = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    seed = models.BigIntegerField()
    step = models.PositiveIntegerField(default=0)
    acts_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["acts_at"], condition=Q(acts_at__isnull=False), name="battle_next_enemy_action"
            ),
            models.Index(
                fields=["level"], condition=Q(state__in=("waiting", "active")), name="battle_under_way"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "active")) | Q(acts_at__isnull=True),
                name="battle_over_stays_over",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Enemy(models.Model):
    """An enemy in a battle; ``base_hp`` are its hit points against a single player."""

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="enemies")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    base_hp = models.PositiveIntegerField()
    hp = models.IntegerField()
    max_hp = models.IntegerField()
    attack = models.PositiveIntegerField()
    defense = models.PositiveIntegerField()
    critical_percent = models.PositiveSmallIntegerField()
    acts_every_ms = models.PositiveIntegerField()
    # When it acts next; null until the battle has its first fighter, and once it is defeated.
    acts_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battle", "number"], name="enemy_number"),
            models.CheckConstraint(condition=Q(hp__gte=0, hp__lte=F("max_hp")), name="enemy_hp_in_bounds"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def critical_chance(self) -> float:
        return self.critical_percent / 100


class Fighter(models.Model):
    """A player in a battle.

    ``socket`` is the socket's address, ``ready_at`` the end of the attack cooldown.
    """

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="fighters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="fighters")
    hp = models.IntegerField()
    max_hp = models.IntegerField()
    damage_dealt = models.PositiveIntegerField(default=0)
    attacks = models.PositiveIntegerField(default=0, db_default=0)
    ready_at = models.DateTimeField()
    socket = models.CharField(max_length=200, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    loot = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battle", "user"], name="fighter_once"),
            models.CheckConstraint(condition=Q(hp__gte=0, hp__lte=F("max_hp")), name="fighter_hp_in_bounds"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="fighter_newest_first")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.battle_id}"
