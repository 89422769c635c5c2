"""Items, species and offers: content that operators edit."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from core.content import Content
from progression import currencies, rules
from progression.declarations import MAX_NAME_LENGTH


class OfDeclared(Content):
    """Abstract base of content with currencies, kinds or slots that apps and operators add."""

    class Meta:
        abstract = True

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        currencies.read_rows()
        super().full_clean(*args, **kwargs)


class Rarity(models.TextChoices):
    """The rarity of an item or pet."""

    COMMON = "common"
    UNCOMMON = "uncommon"
    RARE = "rare"
    EPIC = "epic"
    LEGENDARY = "legendary"


class Currency(models.TextChoices):
    """The currencies that every server has; apps declare others."""

    GOLD = "gold"
    GEMS = "gems"


class Slot(models.TextChoices):
    """The slots for gear, each holding one piece."""

    WEAPON = "weapon"
    HEAD = "head"
    BODY = "body"
    FEET = "feet"
    TRINKET = "trinket"


class WithStats(models.Model):
    """Abstract base of content that adds to a player's stats (or subtracts)."""

    strength = models.SmallIntegerField(default=0)
    agility = models.SmallIntegerField(default=0)
    intellect = models.SmallIntegerField(default=0)
    vitality = models.SmallIntegerField(default=0)
    luck = models.SmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def stats(self) -> rules.Stats:
        return rules.Stats(self.strength, self.agility, self.intellect, self.vitality, self.luck)


class Item(OfDeclared, WithStats):
    """A kind of item."""

    class Kind(models.TextChoices):
        GEAR = "gear"
        FOOD = "food"
        EGG = "egg"
        MATERIAL = "material"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=MAX_NAME_LENGTH, choices=currencies.kind_choices)
    rarity = models.CharField(max_length=10, choices=Rarity, default=Rarity.COMMON)
    slot = models.CharField(max_length=MAX_NAME_LENGTH, choices=currencies.slot_choices, blank=True)
    """The slot for gear; empty for other items."""
    food_xp = models.PositiveIntegerField(default=0)
    """The experience it gives to a pet; 0 unless it is food."""

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="gear") & ~Q(slot="") | ~Q(kind="gear") & Q(slot=""),
                name="gear_alone_has_a_slot",
                violation_error_message="Gear needs a slot, and nothing else has one.",
            ),
            models.CheckConstraint(
                condition=Q(kind="food", food_xp__gt=0) | ~Q(kind="food") & Q(food_xp=0),
                name="food_alone_feeds",
                violation_error_message="Food gives experience, and nothing else does.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        before = Item.objects.filter(pk=self.pk)
        if before.exclude(slug=self.slug).exists():
            raise ValidationError("Drop tables and remedies go by it: its slug can no longer change.")
        if before.exclude(kind=self.kind, slot=self.slot).filter(stacks__isnull=False).exists():
            raise ValidationError("Players own it already: its kind and slot can no longer change.")


class Species(Content, WithStats):
    """A species of pets. Pets of one family in a set strengthen each other."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=60, unique=True)
    family = models.SlugField(max_length=30)
    rarity = models.CharField(max_length=10, choices=Rarity, default=Rarity.COMMON)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "species"

    def __str__(self) -> str:
        return self.name


class Offer(OfDeclared):
    """An item for sale in the shop."""

    item = models.OneToOneField(Item, primary_key=True, on_delete=models.CASCADE, related_name="offer")
    price = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    currency = models.CharField(
        max_length=MAX_NAME_LENGTH, choices=currencies.currency_choices, default=Currency.GOLD
    )
    stock = models.PositiveIntegerField(null=True, blank=True)
    """The number left; null for unlimited."""
    is_daily = models.BooleanField(default=False)
    """True for an offer of randomly drawn days only."""
    is_open = models.BooleanField(default=True)

    NOT_RESTORED = frozenset({"stock"})

    class Meta:
        ordering = ("item",)
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="nothing_is_free"),
            models.CheckConstraint(condition=Q(stock=None) | Q(stock__gte=0), name="stock_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.item} for {self.price} {self.currency}"
