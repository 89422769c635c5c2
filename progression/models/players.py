"""Players, their holdings, and the ledger."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from progression import currencies, rules
from progression.declarations import MAX_NAME_LENGTH
from progression.models.content import Item, Species
from progression.models.tuning import first_stamina, growth


class Player(models.Model):
    """A user's wallet, growth and stamina. The row is the lock for all of the player's holdings."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="player"
    )
    xp = models.BigIntegerField(default=0)
    gold = models.BigIntegerField(default=0)
    gems = models.BigIntegerField(default=0)
    stat_points = models.IntegerField(default=0)
    strength = models.IntegerField(default=rules.FIRST_STATS.strength)
    agility = models.IntegerField(default=rules.FIRST_STATS.agility)
    intellect = models.IntegerField(default=rules.FIRST_STATS.intellect)
    vitality = models.IntegerField(default=rules.FIRST_STATS.vitality)
    luck = models.IntegerField(default=rules.FIRST_STATS.luck)
    stamina = models.DecimalField(max_digits=14, decimal_places=6, default=first_stamina)
    """The stamina at ``stamina_at``; the current value follows from the elapsed time."""
    stamina_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(**{f"{column}__gte": 0}), name=f"{column}_never_negative")
            for column in ("xp", "gold", "gems", "stat_points", "stamina", *rules.STATS)
        ]

    def __str__(self) -> str:
        return f"player {self.user_id}"

    @property
    def level(self) -> int:
        return growth().player.level_at(self.xp)

    @property
    def stats(self) -> rules.Stats:
        return rules.Stats(self.strength, self.agility, self.intellect, self.vitality, self.luck)


class Balance(models.Model):
    """A player's money in a currency that an app declares."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="balances", db_index=False)
    currency = models.CharField(max_length=MAX_NAME_LENGTH)
    amount = models.BigIntegerField()
    earned = models.BigIntegerField(default=0)
    """The amount granted on the day ``earned_on``, of currencies with a limit a day."""
    earned_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "currency"], name="one_balance_a_currency"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="declared_money_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of {self.player_id}"


class ConversionCount(models.Model):
    """The times that a player used a conversion on a day, of conversions with a limit a day."""

    player = models.ForeignKey(
        Player, on_delete=models.CASCADE, related_name="conversion_counts", db_index=False
    )
    conversion = models.CharField(max_length=MAX_NAME_LENGTH)
    times = models.PositiveIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "conversion"], name="one_count_a_conversion")
        ]

    def __str__(self) -> str:
        return f"{self.times} times {self.conversion} of {self.player_id} on {self.day}"


class Stack(models.Model):
    """A quantity of one item owned by a player; one unit may be equipped."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="stacks")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="stacks")
    quantity = models.BigIntegerField()
    worn_in = models.CharField(
        max_length=MAX_NAME_LENGTH, choices=currencies.slot_choices, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "item"], name="one_stack_an_item"),
            models.UniqueConstraint(fields=["player", "worn_in"], name="one_worn_in_a_slot"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_stack_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id}, owned by {self.player_id}"


class Pet(models.Model):
    """A pet that a player owns."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="pets")
    species = models.ForeignKey(Species, on_delete=models.PROTECT, related_name="pets")
    xp = models.BigIntegerField(default=0)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    """1 to 3 in the active set, else null."""
    egg = models.OneToOneField("Entry", on_delete=models.CASCADE, related_name="pet")
    """The ledger entry of the egg that it hatched from: one egg, one pet."""
    seed = models.BigIntegerField()
    """The random seed of the draw."""
    hatched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "place"], name="one_pet_a_place"),
            models.CheckConstraint(
                condition=Q(place=None) | Q(place__range=(1, rules.PET_SET_SIZE)), name="places_of_the_set"
            ),
            models.CheckConstraint(condition=Q(xp__gte=0), name="pet_xp_never_negative"),
        ]

    def __str__(self) -> str:
        return f"pet {self.pk} of {self.player_id}"


# -- The ledger


class Entry(models.Model):
    """A movement of money or of an item. Entries are written by ``progression.ledger`` and never change."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="entries", db_index=False)
    currency = models.CharField(max_length=MAX_NAME_LENGTH, choices=currencies.currency_choices, null=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="entries", null=True)
    amount = models.BigIntegerField()
    balance = models.BigIntegerField()
    """The player's holding after this entry."""
    cause = models.CharField(max_length=60)
    key = models.CharField(max_length=200, blank=True)
    """The operation's idempotency key; empty without one."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "ledger"
        constraints = [
            models.CheckConstraint(
                condition=Q(currency=None, item__isnull=False) | Q(currency__isnull=False, item=None),
                name="money_or_an_item",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="a_movement_moves"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="balance_never_negative"),
        ]
        indexes = [models.Index(fields=["player", "-id"], name="entries_of_player")]

    def __str__(self) -> str:
        return f"{self.amount:+} {self.currency or f'of item {self.item_id}'}: {self.cause}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The ledger is only added to.")
        super().save(*args, **kwargs)


class Receipt(models.Model):
    """The stored result of an operation with an idempotency key."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="receipts", db_index=False)
    key = models.CharField(max_length=200)
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["player", "key"], name="done_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.player_id}"
