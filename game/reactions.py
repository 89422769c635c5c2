"""What other parts are told of games: friends see who plays, and what."""

from collections.abc import Sequence
from uuid import UUID

from friends import live
from friends.playing import tells_games
from game.events import GameFinished, GameStarted
from game.models import Game, Seat
from realtime.reactions import reacts_to


@tells_games
def running_games(user_ids: Sequence[int]) -> dict[int, UUID]:
    """The latest of each player's games that have started and are not over."""
    seats = Seat.objects.filter(user_id__in=user_ids, is_open=True, game__state=Game.State.ACTIVE)
    return dict(seats.order_by("game__created_at").values_list("user_id", "game_id"))


@reacts_to(GameStarted)
def game_started(event: GameStarted) -> None:
    """The players' friends are to know."""
    for user_id in event.user_ids:
        live.changed(user_id)


@reacts_to(GameFinished)
def game_finished(event: GameFinished) -> None:
    """The players' friends are to know."""
    for user_id in event.user_ids:
        live.changed(user_id)
