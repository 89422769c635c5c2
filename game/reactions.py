"""Tells other apps which games users play, so that friends see it, and who may talk in a game."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts import consent
from core.ids import UserId
from core.statements import statement
from friends import live
from friends.playing import provides_games
from game import selectors
from game.events import GameFinished, GameStarted, voice_channel
from game.models import Game, Seat
from game.refusals import NotAPlayer, NotRunning
from realtime.reactions import reacts_to
from voice.channels import Admission, admits

VOICE_AFTER = timedelta(minutes=15)
"""For this time after the end of a game its players may still join its voice channel."""


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


@admits("game", of=UUID)
def admit_to_voice(user_id: UserId, game_id: UUID) -> Admission:
    """Admit the people who have a seat, who may be strangers, until some time after the game.

    Raises ``UnderAge``, ``UnknownMatch``, ``NotAPlayer``, ``NotRunning``.
    """
    consent.check_adult(user_id)
    game, seats = selectors.game_visible_to(user_id, game_id)
    people = {seat.user_id for seat in seats if seat.bot_level is None and not seat.left}
    if user_id not in people:
        raise NotAPlayer
    if game.finished_at is not None and timezone.now() - game.finished_at > VOICE_AFTER:
        raise NotRunning
    bots = sum(seat.bot_level is not None for seat in seats)
    return Admission(channel=voice_channel(game_id), size=game.seats_wanted - bots)
