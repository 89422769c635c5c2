"""Serializers of the queue's routes."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText

DEFAULT_GAME = "pong"


class Join(serializers.Serializer[Any]):
    """The wanted match: game, mode and party."""

    game = StrictText(max_length=40, default=DEFAULT_GAME)
    mode = StrictText(max_length=40, default="", allow_blank=True)
    party_id = StrictInteger(required=False, min_value=1)

    def validate_mode(self, value: str) -> str:
        if value and not (value.isascii() and value.replace("-", "_").isidentifier()):
            raise serializers.ValidationError("Letters, digits, - and _ only, beginning with a letter.")
        return value


class MatchedPlayer(serializers.Serializer[Any]):
    """A player in the match."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    rating = serializers.IntegerField(allow_null=True, help_text="null for guests")
    side = serializers.CharField()


class Standing(serializers.Serializer[Any]):
    """The caller's status: ``idle``, ``queued`` with the place, or ``matched`` with the match."""

    status = serializers.ChoiceField(["idle", "queued", "matched"])
    game = serializers.CharField(required=False)
    mode = serializers.CharField(required=False, allow_blank=True)
    position = serializers.IntegerField(required=False, help_text="Queued: the place, from 1")
    queue_size = serializers.IntegerField(required=False, help_text="Queued: how many tickets wait")
    waited_s = serializers.FloatField(required=False, help_text="Queued: seconds since joining")
    game_id = serializers.UUIDField(required=False, help_text="Matched: the game")
    side = serializers.CharField(required=False, help_text="Matched: the caller's side")
    ws_url = serializers.CharField(required=False, help_text="Matched: the game's socket")
    players = MatchedPlayer(many=True, required=False)


@extend_schema_serializer(component_name="QueueLeft")
class Left(serializers.Serializer[Any]):
    """Whether there was a ticket to withdraw."""

    status = serializers.ChoiceField(["left", "not_queued"])
