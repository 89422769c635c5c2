"""Queries about games and who may see them, and about games that still run."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from core.ids import UserId
from core.statements import statement
from game import shapes
from game.author import catalogue
from game.models import Game, Seat
from game.records import TakenSeat
from game.refusals import UnknownMatch
from game.selectors.offering import offered, offered_games
from game.selectors.shown import listed, taken_seats


def game(game_id: uuid.UUID) -> tuple[Game, list[TakenSeat]]:
    """Return the game and its seats. Raises ``UnknownMatch``."""
    found = _game.first(game_id)
    if found is None:
        raise UnknownMatch
    return found, taken_seats([game_id])[game_id]


@statement
def _game(game_id: uuid.UUID) -> QuerySet[Game]:
    return Game.objects.filter(pk=game_id)


def game_visible_to(user_id: UserId, game_id: uuid.UUID) -> tuple[Game, list[TakenSeat]]:
    """Return the game if it is public or the user's own, or has a free seat: its id is then an invitation.

    Raises ``UnknownMatch``.
    """
    found, seats = game(game_id)
    can_be_joined = found.state == Game.State.CREATED or has_free_seat(found, seats)
    if not found.private or can_be_joined or has_seat(seats, user_id):
        return found, seats
    # It may be the game of an account that was merged into the user's.
    if not game_ids_of(user_id).filter(game=game_id).exists():
        raise UnknownMatch
    return found, seats


def has_free_seat(game: Game, seats: Iterable[TakenSeat]) -> bool:
    """Return whether somebody can take a seat of this game."""
    taken = sum(not seat.left for seat in seats)
    return game.state not in Game.OVER and taken < game.seats_wanted


def game_with_code(code: str) -> uuid.UUID:
    """Return the id of the unfinished private game with this code. Raises ``UnknownMatch``."""
    games = Game.objects.filter(code=code.upper(), state__in=Game.ON_THE_WAY)
    found = games.values_list("pk", flat=True).first()
    if found is None:
        raise UnknownMatch
    return found


def has_seat(seats: Iterable[TakenSeat], user_id: UserId) -> bool:
    """Return whether one of these seats is the user's."""
    return any(seat.user_id == user_id for seat in seats)


def invitation(game_id: uuid.UUID) -> shapes.Invitation:
    """Return the public data of a game, in one query, while it can be joined by its link.

    Raises ``UnknownMatch``.
    """
    games = offered_games().filter(pk=game_id, state__in=Game.ON_THE_WAY, created_by__isnull=False)
    taken = Count("seats", filter=Q(seats__left_at=None))
    waiting = games.annotate(taken=taken).filter(taken__lt=F("seats_wanted"))
    found = waiting.values_list("name", "created_by__username").first()
    if found is None:
        raise UnknownMatch
    name, host = found
    return shapes.Invitation(game=name, title=catalogue.get(name).title, host=host)


@statement
def games_visible_to(user_id: UserId, offered: Collection[str]) -> QuerySet[Game, Any]:
    """Return public games and the user's own, of these names, as rows for :func:`shown_games`."""
    mine = game_ids_of(user_id)
    return listed(Game.objects.filter(Q(private=False) | Q(pk__in=mine), name__in=offered))


@statement
def games_of(user_id: UserId, offered: Collection[str]) -> QuerySet[Game, Any]:
    """Return the games in which the user has or had a seat, as :func:`games_visible_to` does."""
    return listed(Game.objects.filter(pk__in=game_ids_of(user_id), name__in=offered))


def game_ids_of(user_id: UserId) -> QuerySet[Seat, Any]:
    """Return the ids of the games in which the user has or had a seat, for a condition on games.

    Those of accounts that were merged into the user's count as well.
    """
    accounts = User.objects.filter(Q(pk=user_id) | Q(merged_into=user_id)).values("pk")
    return Seat.objects.filter(user__in=accounts).values("game_id")


def seats_of(user_id: UserId) -> QuerySet[Seat]:
    """Return the user's seats with their games and everybody in them, the newest game first."""
    own = Seat.objects.filter(user_id=user_id).select_related("game")
    return own.prefetch_related("game__seats__user").order_by("-pk")


def is_unfinished(game_id: uuid.UUID, name: str) -> bool:
    """Return whether this is an unfinished game with this name."""
    return Game.objects.filter(pk=game_id, name=name).exclude(state__in=Game.OVER).exists()


def unfinished_created_by(user_id: UserId) -> int:
    """Return the number of unfinished games that the user created."""
    return len(unfinished_games(user_id, offered()))


@statement
def unfinished_games(user_id: UserId, offered: Collection[str]) -> QuerySet[Game, uuid.UUID]:
    """Return the ids of the unfinished games that the user created."""
    games = Game.objects.filter(created_by_id=user_id, name__in=offered).exclude(state__in=Game.OVER)
    return games.values_list("pk", flat=True)


ADOPTED_AFTER = timedelta(seconds=5)
"""The age at which a game that no worker has is opened by one, whether or not its players have come."""
_RECENT = ADOPTED_AFTER + timedelta(seconds=20)


def unfinished_ids(*, only_recent: bool = False) -> list[uuid.UUID]:
    """Return the ids of unfinished games that are offered here and old enough to be adopted.

    Correspondence games are among them only once something is due in them. ``only_recent`` leaves out games
    that have been old enough for a while.
    """
    now = timezone.now()
    going_on = offered_games().filter(state__in=Game.ON_THE_WAY, created_at__lt=now - ADOPTED_AFTER)
    since = Q(created_at__gt=now - _RECENT) if only_recent else Q()
    waiting = Q(due_at__isnull=True) & since | Q(due_at__lte=now)
    return list(going_on.filter(waiting).values_list("pk", flat=True))


@statement
def to_adopt(until: datetime) -> QuerySet[Game, uuid.UUID]:
    """Return the unfinished games that are recent, and those with something due before ``until``."""
    going_on = Game.objects.filter(state__in=Game.ON_THE_WAY).order_by().values_list("pk", flat=True)
    recent = going_on.filter(created_at__gt=Now() - _RECENT)
    return recent.filter(due_at=None).union(going_on.filter(due_at__lte=until), all=True)


def unfinished_by_game() -> list[dict[str, Any]]:
    """Return the number of unfinished games by game and state, as ``{"game", "state", "games"}``."""
    going_on = Game.objects.filter(state__in=Game.ON_THE_WAY).order_by("name", "state")
    counted = going_on.values_list("name", "state").annotate(games=Count("pk"))
    return [{"game": name, "state": state, "games": count} for name, state, count in counted]
