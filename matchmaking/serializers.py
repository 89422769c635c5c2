"""The input of the queue's routes."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText
from game.author import catalogue

DEFAULT_GAME = catalogue.first(settings.FIRST_GAME, "pong")


class Join(serializers.Serializer[Any]):
    """The wanted match: game, mode and party."""

    game = StrictText(max_length=40, default=DEFAULT_GAME)
    mode = StrictText(max_length=40, default="", allow_blank=True)
    party_id = StrictInteger(required=False, min_value=1)

    def validate_mode(self, value: str) -> str:
        if value and not (value.isascii() and value.replace("-", "_").isidentifier()):
            raise serializers.ValidationError("Letters, digits, - and _ only, beginning with a letter.")
        return value


class Answer(serializers.Serializer[Any]):
    """The proposed match that is accepted or declined."""

    proposal_id = StrictInteger(min_value=1)
