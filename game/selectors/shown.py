"""Games as clients see them, with their seats and results."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from django.db.models import QuerySet
from msgspec import UNSET

from core.ids import UserId
from core.statements import statement
from game import events, shapes
from game.author import catalogue
from game.author.game import Game as Rules
from game.author.game import side_of
from game.models import Game, Seat
from game.records import TakenSeat


def ws_url(game_id: uuid.UUID) -> str:
    """Return where the game's socket is."""
    return f"/ws/game/{game_id}/"


def listed(games: QuerySet[Game]) -> QuerySet[Game, Any]:
    """Return the games as rows for :func:`shown_games`."""
    return games.values_list(
        "id",
        "name",
        "mode",
        "state",
        "private",
        "rated",
        "options",
        "to_move",
        "due_at",
        "seats_wanted",
        "code",
        "created_at",
        "finished_at",
        "result",
        named=True,
    )


def shown_games(rows: Iterable[Any]) -> list[shapes.OneGame]:
    """Return games as shown in lists, with their players."""
    games = list(rows)
    seats = taken_seats([row.id for row in games])
    return [shown_game(row, seats[row.id]) for row in games]


def shown_game(game: Any, seats: Iterable[TakenSeat]) -> shapes.OneGame:
    """Return a game, or a row of it, as shown to everybody who may see it."""
    rules, seats = catalogue.get(game.name), list(seats)
    is_over = game.state in Game.OVER
    return shapes.OneGame(
        id=game.id,
        game_id=game.id,
        game=game.name,
        title=rules.title,
        mode=game.mode,
        state=game.state,
        private=game.private,
        rated=game.rated,
        options=game.options,
        metadata={**rules.metadata, **game.options},
        seats=game.seats_wanted,
        free_seats=0 if is_over else game.seats_wanted - sum(not seat.left for seat in seats),
        code=None if is_over else game.code,
        players=shown_players(rules, seats),
        to_move=game.to_move or [],
        due_at=game.due_at,
        created_at=game.created_at,
        finished_at=game.finished_at,
        result=shown_result(game.result),
        ws_url=ws_url(game.id),
        spectators=rules.spectators and not game.private,
    )


def own_game(user_id: UserId, game: Game) -> shapes.OwnGame:
    """Return a game in which the user has a seat, as shown to the user."""
    shown = shown_game(game, taken_seats([game.pk])[game.pk])
    (side,) = (player.side for player in shown.players if player.id == user_id)
    return shapes.OwnGame(**msgspec.structs.asdict(shown), side=side)


def shown_players(rules: type[Rules], seats: Iterable[TakenSeat]) -> list[shapes.Player]:
    """Return the players in these seats."""
    return [
        shapes.Player(
            id=seat.user_id,
            username=seat.username,
            side=side_of(rules, seat.number),
            rating=seat.rating_before if seat.rating_after is None else seat.rating_after,
            score=seat.score,
            bot_level=UNSET if seat.bot_level is None else seat.bot_level,
        )
        for seat in seats
    ]


def shown_result(stored: dict[str, Any] | None) -> shapes.Result | None:
    """Return the stored result of a game, or None while it is unfinished."""
    if stored is None:
        return None
    return shapes.Result(
        winner_ids=stored["winner_ids"],
        reason=stored["reason"],
        scores=stored["scores"],  # as stored: whole ones stay whole
        ratings=msgspec.convert(stored["ratings"], list[events.RatingChange]),
        rewards=msgspec.convert(stored["rewards"], list[events.Reward]),
        # Results of earlier releases have none.
        places=stored.get("places", []),
    )


def taken_seats(game_ids: Collection[uuid.UUID]) -> defaultdict[uuid.UUID, list[TakenSeat]]:
    """Return the seats of these games, in their order."""
    found: defaultdict[uuid.UUID, list[TakenSeat]] = defaultdict(list)
    for *seat, game_id in _seat_rows(game_ids):
        found[game_id].append(TakenSeat(*seat))
    return found


@statement
def _seat_rows(game_ids: Collection[uuid.UUID]) -> QuerySet[Seat, Any]:
    return (
        Seat.objects.filter(game_id__in=game_ids)
        .order_by("number", "pk")
        .values_list(
            "number",
            "user_id",
            "user__username",
            "bot_level",
            "rating_before",
            "rating_after",
            "score",
            "left_at",
            "game_id",
        )
    )
