"""The input of the world's routes."""

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
