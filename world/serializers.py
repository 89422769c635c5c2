"""Shapes of the requests and responses of the world's routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText
from core.speech import MAX_CHARACTERS
from world.models import NAME_LENGTH


class Creation(serializers.Serializer[Any]):
    """A new character in the named faction."""

    name = StrictText(min_length=NAME_LENGTH[0], max_length=NAME_LENGTH[-1])
    faction = StrictText(max_length=40)


class Selection(serializers.Serializer[Any]):
    """The character to play."""

    character_id = StrictInteger(min_value=1)


class Announcement(serializers.Serializer[Any]):
    """An announcement to everybody in the world."""

    content = StrictText(max_length=MAX_CHARACTERS)


class EncryptionKey(serializers.Serializer[Any]):
    """A Fernet key."""

    key = serializers.CharField()


class Position(serializers.Serializer[Any]):
    """A position in metres."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    z = serializers.FloatField()


class OwnCharacter(serializers.Serializer[Any]):
    """A character in the form shown to its owner."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    faction = serializers.CharField()
    location_id = serializers.IntegerField()
    position = Position()
    level = serializers.IntegerField()
    health = serializers.IntegerField()
    max_health = serializers.IntegerField()
    selected = serializers.BooleanField(help_text="Whether it is the selected one")
    last_seen = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class Faction(serializers.Serializer[Any]):
    """A faction."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    colour = serializers.CharField()
    description = serializers.CharField()
    shards = serializers.IntegerField(help_text="The number of shards it holds")


class Location(serializers.Serializer[Any]):
    """A location, its position on a map of 100 by 100, and the locations to which paths lead."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    faction = serializers.CharField(allow_null=True, help_text="The faction whose home it is")
    x = serializers.FloatField()
    y = serializers.FloatField()
    size = serializers.FloatField(help_text="Positions range from -size to size, in metres")
    paths = serializers.ListField(child=serializers.IntegerField())


class World(serializers.Serializer[Any]):
    """The state of the world."""

    current_reality = serializers.CharField(allow_null=True, help_text="The faction that rules")
    epoch = serializers.IntegerField()
    factions = Faction(many=True)
    locations = Location(many=True)
    online = serializers.IntegerField()


class WorldEvent(serializers.Serializer[Any]):
    """An event that was announced to the whole world."""

    id = serializers.IntegerField()
    type = serializers.CharField()
    detail = serializers.DictField()
    created_at = serializers.DateTimeField()
