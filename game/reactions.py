"""Publishes to other apps which games users play, so that friends see it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from core.ids import UserId
from core.statements import statement
from friends import live
from friends.playing import provides_games
from game.events import GameFinished, GameStarted
from game.models import Game, Seat
from realtime.reactions import reacts_to


@provides_games
@statement
def running_games(user_ids: Collection[UserId]) -> QuerySet[Seat, tuple[UserId, UUID]]:
    """Return the running games of these users, the latest last."""
    seats = Seat.objects.filter(user_id__in=user_ids, is_open=True, game__state=Game.State.ACTIVE)
    return seats.order_by("game__created_at").values_list("user_id", "game_id")


@reacts_to(GameStarted)
def game_started(event: GameStarted) -> None:
    """Update the players' status for their friends."""
    for user_id in event.user_ids:
        live.changed(user_id)


@reacts_to(GameFinished)
def game_finished(event: GameFinished) -> None:
    """Update the players' status for their friends."""
    for user_id in event.user_ids:
        live.changed(user_id)
