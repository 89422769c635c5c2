"""What the world's routes take and give."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import Text, Whole
from core.speech import MOST_CHARACTERS
from world.models import NAME_LENGTH


class Creation(serializers.Serializer[Any]):
    """A new character, of a faction by its name."""

    name = Text(min_length=NAME_LENGTH[0], max_length=NAME_LENGTH[-1])
    faction = Text(max_length=40)


class Selection(serializers.Serializer[Any]):
    """Which character to play."""

    character_id = Whole(min_value=1)


class Announcement(serializers.Serializer[Any]):
    """What to tell everybody in the world."""

    content = Text(max_length=MOST_CHARACTERS)


class EncryptionKey(serializers.Serializer[Any]):
    """A Fernet key."""

    key = serializers.CharField()


class Position(serializers.Serializer[Any]):
    """A position in metres."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    z = serializers.FloatField()


class OwnCharacter(serializers.Serializer[Any]):
    """A character as its owner sees it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    faction = serializers.CharField()
    location_id = serializers.IntegerField()
    position = Position()
    level = serializers.IntegerField()
    health = serializers.IntegerField()
    max_health = serializers.IntegerField()
    selected = serializers.BooleanField(help_text="Whether it is the one that is played")
    last_seen = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class Faction(serializers.Serializer[Any]):
    """One of the sides."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    colour = serializers.CharField()
    description = serializers.CharField()
    shards = serializers.IntegerField(help_text="How many it holds")


class Location(serializers.Serializer[Any]):
    """A place, its position on a map of 100 by 100, and the places to which paths lead."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    faction = serializers.CharField(allow_null=True, help_text="Whose home it is")
    x = serializers.FloatField()
    y = serializers.FloatField()
    size = serializers.FloatField(help_text="Positions go from minus this to this, in metres")
    paths = serializers.ListField(child=serializers.IntegerField())


class World(serializers.Serializer[Any]):
    """How the world stands."""

    current_reality = serializers.CharField(allow_null=True, help_text="The faction that rules")
    epoch = serializers.IntegerField()
    factions = Faction(many=True)
    locations = Location(many=True)
    online = serializers.IntegerField()


class WorldEvent(serializers.Serializer[Any]):
    """Something that happened to the whole world."""

    id = serializers.IntegerField()
    type = serializers.CharField()
    detail = serializers.DictField()
    created_at = serializers.DateTimeField()
