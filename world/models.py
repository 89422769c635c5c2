"""Factions, locations, characters, visits, and the state and events of the world."""

from django.conf import settings
from django.core.validators import MinLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from core.ids import IdKey
from world.rules import CharacterId

NAME_LENGTH = range(3, 25)
COLOUR = RegexValidator(r"^#[0-9a-f]{6}\Z", "A colour is written #rrggbb, in small letters.")


class Faction(models.Model):
    """A faction. A character belongs to one permanently."""

    name = models.CharField(max_length=40, unique=True)
    colour = models.CharField(max_length=7, validators=[COLOUR])
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A location: characters in it receive each other's events.

    ``x`` and ``y`` are its position on the map, from 0 to 100. Positions inside it range from ``-size`` to
    ``size`` metres on each axis. Paths lead both ways.
    """

    name = models.CharField(max_length=60, unique=True)
    description = models.TextField(blank=True)
    faction = models.ForeignKey(
        Faction, on_delete=models.PROTECT, null=True, blank=True, related_name="locations"
    )
    """The faction whose home it is, if any."""
    respawn = models.BooleanField(default=False)
    """Whether the faction's characters start here, and respawn here after death."""
    x = models.FloatField()
    y = models.FloatField()
    size = models.FloatField(default=100.0, validators=[MinValueValidator(1)])
    sight = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How far characters see at least, in metres. Empty: the whole place.",
    )
    paths = models.ManyToManyField("self", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(x__gte=0, x__lte=100, y__gte=0, y__lte=100), name="location_on_the_map"
            ),
            models.CheckConstraint(condition=Q(size__gte=1), name="location_has_room"),
            models.CheckConstraint(
                condition=Q(respawn=False) | Q(faction__isnull=False), name="respawn_is_a_faction_s"
            ),
            models.UniqueConstraint(
                fields=["faction"], condition=Q(respawn=True), name="one_respawn_for_each_faction"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CharacterIdKey(IdKey):
    """The key of characters."""

    _pyi_private_get_type: CharacterId


class Character(models.Model):
    """A user's character in the world. Its level, stats, gold and items are the owner's.

    It is in play while it has a ``visit``. Code that changes several characters locks their rows in ascending
    order of id.
    """

    id = CharacterIdKey(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="characters")
    name = models.CharField(
        max_length=NAME_LENGTH[-1],
        validators=[
            MinLengthValidator(NAME_LENGTH[0]),
            RegexValidator(r"^[A-Za-z0-9_'-]+( [A-Za-z0-9_'-]+)*\Z", "Letters, digits, and _ ' - only."),
        ],
    )
    faction = models.ForeignKey(Faction, on_delete=models.PROTECT, related_name="characters")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="characters")
    x = models.FloatField(default=0.0)
    y = models.FloatField(default=0.0)
    z = models.FloatField(default=0.0)
    health = models.PositiveIntegerField()
    """Current health; the owner's stats define the maximum."""
    is_selected = models.BooleanField(default=False)
    """Whether the owner has selected it to play."""
    walked_at = models.DateTimeField(null=True, blank=True)
    """When its position was last saved after a move."""
    last_seen = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="character_name_unique_in_any_case"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(is_selected=True), name="one_selected_character_for_each_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """The presence of a user in the world: one socket, and the character in play once one is selected.

    Code that creates, changes or ends a visit locks the account's row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    character = models.OneToOneField(
        Character, on_delete=models.SET_NULL, null=True, blank=True, related_name="visit"
    )
    socket = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"visit of user {self.user_id}"


class WorldState(models.Model):
    """The state of the world, in one row. Code that changes it locks it before any character."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    epoch = models.PositiveIntegerField(default=1)
    current_reality = models.ForeignKey(
        Faction, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The faction that holds more than half of the shards."""

    class Meta:
        verbose_name_plural = "world state"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_world_state")]

    def __str__(self) -> str:
        return f"epoch {self.epoch}"


class WorldEvent(models.Model):
    """An event that was announced to the whole world."""

    kind = models.CharField(max_length=40)
    """The type of the announced event."""
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
