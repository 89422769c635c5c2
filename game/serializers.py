"""The input of the game routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictText
from game.models import Game


class QueryBoolean(serializers.BooleanField):
    """A boolean in a query string: ``1`` or ``0``; None if empty."""

    def to_internal_value(self, data: Any) -> Any:
        if data not in ("1", "true", "0", "false", ""):
            self.fail("invalid", input=data)
        return data in ("1", "true") if data else None


class StrictChoice(serializers.ChoiceField):
    """A choice that accepts only strings."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class GamesWanted(serializers.Serializer[Any]):
    """Filters for the list of games; empty fields do not filter."""

    state = StrictChoice(Game.State.values, required=False, allow_blank=True)
    game = serializers.CharField(required=False, allow_blank=True, max_length=40, help_text="A game's name")
    open = QueryBoolean(required=False, help_text="1: only public games that the caller can join")
    mine = QueryBoolean(required=False, help_text="1: only those in which the caller has a seat")
    player = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Only those in which this user has a seat"
    )
    rated = QueryBoolean(required=False, help_text="1: only rated games, 0: only others")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = {name for name, value in attrs.items() if value not in (None, "", False)}
        if "open" in given and not given <= {"open", "game"}:
            raise serializers.ValidationError({"open": ["Lists the rooms of others, by their game alone."]})
        return attrs


class StrictInteger(serializers.IntegerField):
    """An integer field that accepts no strings or booleans."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """A boolean field that accepts only true and false."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


MAX_BOTS = 32


class NewGame(serializers.Serializer[Any]):
    """A game to be created: against a bot, or for others to join.

    The game's own options, such as ``target``, may also be given beside ``game``.
    """

    game = StrictText(max_length=40)
    opponent = StrictChoice(["bot"], required=False)
    level = StrictInteger(min_value=1, max_value=3, default=2, help_text="How strong the bot is")
    bots = serializers.ListField(
        child=StrictInteger(min_value=1, max_value=3),
        default=list,
        max_length=MAX_BOTS,
        help_text="The levels of bots that take seats beside those who join",
    )
    seats = StrictInteger(required=False, min_value=1, help_text="How many, if the game leaves a choice")
    private = StrictBoolean(default=False, help_text="Visible only to users who know its id")
    options = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "opponent" in attrs and attrs["bots"]:
            raise serializers.ValidationError(
                {"bots": ["An opponent takes all seats: name one or the other."]}
            )
        return attrs


class ReplayWanted(serializers.Serializer[Any]):
    """Options for a replay."""

    views = QueryBoolean(
        required=False,
        help_text="1: include the spectators' views of a turn-based game, first and after each move",
    )
