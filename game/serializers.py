"""Shapes of the requests and responses of the game routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictText
from game.models import Game


class CatalogueEntry(serializers.Serializer[Any]):
    """A game that this server offers."""

    name = serializers.CharField()
    title = serializers.CharField()
    min_players = serializers.IntegerField()
    max_players = serializers.IntegerField()
    kind = serializers.ChoiceField(["turn_based", "real_time"])
    description = serializers.CharField()
    sides = serializers.ListField(child=serializers.CharField(), help_text="The name of each seat")
    spectators = serializers.BooleanField()
    modes = serializers.ListField(
        child=serializers.CharField(), help_text="Values of `mode` for joining a queue, besides none"
    )
    clock = serializers.DictField(
        allow_null=True, help_text="`seconds` of thinking time for each seat, and the `increment` of a move"
    )
    options = serializers.DictField(help_text="JSON schema of `options` when a game is created")
    bots = serializers.ListField(child=serializers.IntegerField(), help_text="The levels of its bots")
    move_schema = serializers.DictField(help_text="JSON schema of a movement")
    view_schema = serializers.DictField(
        allow_null=True, help_text="JSON schema of what a seat sees, where the game declares it"
    )


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
    mine = QueryBoolean(required=False, help_text="1: only those in which the caller has a seat")


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


class NewGame(serializers.Serializer[Any]):
    """A game to be created: against a bot, or for others to join.

    The game's own options, such as ``target``, may also be given beside ``game``.
    """

    game = StrictText(max_length=40)
    opponent = StrictChoice(["bot"], required=False)
    level = StrictInteger(min_value=1, max_value=3, default=2, help_text="How strong the bot is")
    seats = StrictInteger(required=False, min_value=1, help_text="How many, if the game leaves a choice")
    private = StrictBoolean(default=False, help_text="Visible only to users who know its id")
    options = serializers.DictField(required=False)


class Player(serializers.Serializer[Any]):
    """A player."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    side = serializers.CharField()
    rating = serializers.IntegerField(allow_null=True, help_text="null for guests")
    score = serializers.FloatField(allow_null=True, help_text="Once the game is over")
    bot_level = serializers.IntegerField(required=False, help_text="Bots only")


class RatingChange(serializers.Serializer[Any]):
    """A player's rating before and after the game."""

    user_id = serializers.IntegerField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class Reward(serializers.Serializer[Any]):
    """A player's reward for the game."""

    user_id = serializers.IntegerField()
    xp = serializers.IntegerField()
    gold = serializers.IntegerField()
    level_up = serializers.BooleanField()


class Result(serializers.Serializer[Any]):
    """The result of a game."""

    winner_ids = serializers.ListField(child=serializers.IntegerField())
    reason = serializers.CharField(
        help_text="win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted, error or operator"
    )
    scores = serializers.DictField(child=serializers.FloatField(), help_text="By user id")
    ratings = RatingChange(many=True)
    rewards = Reward(many=True)
    places = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Users by place, the best first; users who share a place are together",
    )


class OneGame(serializers.Serializer[Any]):
    """A game."""

    id = serializers.UUIDField()
    game_id = serializers.UUIDField(help_text="The same as id")
    game = serializers.CharField(help_text="The name in the catalogue")
    title = serializers.CharField()
    mode = serializers.CharField()
    state = serializers.ChoiceField(Game.State.values)
    private = serializers.BooleanField()
    rated = serializers.BooleanField()
    options = serializers.DictField()
    players = Player(many=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    result = Result(allow_null=True)
    ws_url = serializers.CharField()
    spectators = serializers.BooleanField(help_text="Whether others may watch it")


class OwnGame(OneGame):
    """A game in which the caller has a seat."""

    side = serializers.CharField(help_text="The caller's")


class Input(serializers.Serializer[Any]):
    """An input of a player."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    user_id = serializers.IntegerField(allow_null=True, help_text="null for a game_start")
    type = serializers.ChoiceField(
        [
            *("player_move", "game_action", "game_start"),
            *("player_replaced", "player_reconnected", "seat_taken"),
        ]
    )
    movement = serializers.DictField(
        help_text=(
            "For a game_action: {action}; for a player_replaced: {why, bot_level, is_offered}; "
            "for a seat_taken: {seat, replaces}"
        )
    )
    tick = serializers.IntegerField(
        required=False, help_text="Real-time games: the step before which it was applied"
    )


class Invitation(serializers.Serializer[Any]):
    """The public data of a game with a free seat."""

    game = serializers.CharField()
    title = serializers.CharField()
    host = serializers.CharField(help_text="The name of the user who created the game")


class ChatLine(serializers.Serializer[Any]):
    """A message of a game's chat; `seq` is the same as on the socket."""

    seq = serializers.IntegerField()
    user_id = serializers.IntegerField()
    username = serializers.CharField()
    message = serializers.CharField()


class Replay(serializers.Serializer[Any]):
    """Everything needed to rebuild the final state of a game."""

    game_id = serializers.UUIDField()
    game = serializers.CharField()
    players = Player(many=True)
    seats = serializers.IntegerField()
    users = serializers.ListField(
        child=serializers.IntegerField(), help_text="Users by seat at the beginning, 0 for a free one"
    )
    seed = serializers.IntegerField(allow_null=True, help_text="null while the game runs")
    options = serializers.DictField()
    inputs = Input(many=True)
    result = Result(allow_null=True)
    final_view = serializers.DictField(allow_null=True, help_text="The spectators' view at the end")
    ticks = serializers.IntegerField(required=False, help_text="Real-time games: steps until the end")
    views = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="With `views=1`: the beginning and each move; fewer if the rules fail or have changed",
    )


class ReplayWanted(serializers.Serializer[Any]):
    """Options for a replay."""

    views = QueryBoolean(
        required=False,
        help_text="1: include the spectators' views of a finished turn-based game, first and after each move",
    )


class RankedUser(serializers.Serializer[Any]):
    """Somebody on a leaderboard."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class LeaderboardRow(serializers.Serializer[Any]):
    """A player's rating at a game; equal ratings share a rank."""

    rank = serializers.IntegerField()
    user = RankedUser()
    rating = serializers.IntegerField()
    played = serializers.IntegerField()
    won = serializers.IntegerField()


class LeaderboardWanted(serializers.Serializer[Any]):
    """The part of a leaderboard to return."""

    around = StrictChoice(
        ["me"], required=False, allow_blank=True, help_text="The page with the caller in it"
    )
