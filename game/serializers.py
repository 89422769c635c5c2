"""What the game routes take and give."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import Text
from game.models import Game


class CatalogueEntry(serializers.Serializer[Any]):
    """A game that this server offers."""

    name = serializers.CharField()
    title = serializers.CharField()
    min_players = serializers.IntegerField()
    max_players = serializers.IntegerField()
    kind = serializers.ChoiceField(["turn_based", "real_time"])
    spectators = serializers.BooleanField()
    modes = serializers.ListField(
        child=serializers.CharField(), help_text="What `mode` may say on joining a queue, beside nothing"
    )
    move_schema = serializers.DictField(help_text="JSON schema of a movement")


class Flag(serializers.BooleanField):
    """A switch in an address: ``1`` or ``0``; None where it is empty."""

    def to_internal_value(self, data: Any) -> Any:
        if data not in ("1", "true", "0", "false", ""):
            self.fail("invalid", input=data)
        return data in ("1", "true") if data else None


class Choice(serializers.ChoiceField):
    """One of some texts; nothing else is taken for one."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class GamesWanted(serializers.Serializer[Any]):
    """Which games to list; what is empty does not narrow the list."""

    state = Choice(Game.State.values, required=False, allow_blank=True)
    game = serializers.CharField(required=False, allow_blank=True, max_length=40, help_text="A game's name")
    mine = Flag(required=False, help_text="1: only those in which the caller has a seat")


class Whole(serializers.IntegerField):
    """A whole number; a text or a switch is none."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class Switch(serializers.BooleanField):
    """True or false, and nothing that only looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class NewGame(serializers.Serializer[Any]):
    """A game to be made: against a bot, or for others to join.

    The game's own options, such as ``target``, may also stand beside ``game``.
    """

    game = Text(max_length=40)
    opponent = Choice(["bot"], required=False)
    level = Whole(min_value=1, max_value=3, default=2, help_text="How strong the bot is")
    private = Switch(default=False, help_text="Only who has its id finds it")
    options = serializers.DictField(required=False)


class Player(serializers.Serializer[Any]):
    """Who plays."""

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
    """What a player got for the game."""

    user_id = serializers.IntegerField()
    xp = serializers.IntegerField()
    gold = serializers.IntegerField()
    level_up = serializers.BooleanField()


class Result(serializers.Serializer[Any]):
    """How a game ended."""

    winner_ids = serializers.ListField(child=serializers.IntegerField())
    reason = serializers.CharField(
        help_text="win, draw, draw_agreed, resign, timeout, forfeit, abandoned, aborted, error or operator"
    )
    scores = serializers.DictField(child=serializers.FloatField(), help_text="By user id")
    ratings = RatingChange(many=True)
    rewards = Reward(many=True)


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
    """Something a player did."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    user_id = serializers.IntegerField()
    type = serializers.ChoiceField(["player_move", "game_action"])
    movement = serializers.DictField(help_text="Of a game_action: {action}")
    tick = serializers.IntegerField(required=False, help_text="Real-time games: before which step it counted")


class Invitation(serializers.Serializer[Any]):
    """What a stranger is told of a game with a free seat."""

    game = serializers.CharField()
    title = serializers.CharField()
    host = serializers.CharField(help_text="The name of who made the game")


class ChatLine(serializers.Serializer[Any]):
    """A message of a game's chat; `seq` is as the socket tells it."""

    seq = serializers.IntegerField()
    user_id = serializers.IntegerField()
    username = serializers.CharField()
    message = serializers.CharField()


class Replay(serializers.Serializer[Any]):
    """All from which the final state of a game is rebuilt."""

    game_id = serializers.UUIDField()
    game = serializers.CharField()
    players = Player(many=True)
    seats = serializers.IntegerField()
    seed = serializers.IntegerField(allow_null=True, help_text="null while the game runs")
    options = serializers.DictField()
    inputs = Input(many=True)
    result = Result(allow_null=True)
    final_view = serializers.DictField(allow_null=True, help_text="What a spectator saw at the end")
    ticks = serializers.IntegerField(required=False, help_text="Real-time games: steps until the end")
    views = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="With `views=1`: the beginning and each move; fewer if the rules fail or have changed",
    )


class ReplayWanted(serializers.Serializer[Any]):
    """What is to come with a replay."""

    views = Flag(
        required=False,
        help_text="1: with what spectators of a finished turn-based game saw at first and after each move",
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
    """Where a leaderboard is to be opened."""

    around = Choice(["me"], required=False, allow_blank=True, help_text="The page with the caller in it")
