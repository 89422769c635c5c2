"""Players of a queue, and the games that were made of them.

Plain SQL where every join of a queue runs it: the ORM takes five times as much CPU time.
"""

import uuid
from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from core.ids import UserId
from core.statements import statement
from game.models import Seat
from game.ratings import Strength
from game.records import Entrant, SeatedGame, SeatRecord
from game.selectors.offering import offered


def entrants(game_name: str, queue: str, user_ids: Collection[UserId]) -> dict[UserId, Entrant]:
    """Return the data needed to seat these users from this queue."""
    if not user_ids:
        return {}
    users = ", ".join(["%s"] * len(user_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT player.id, username, is_guest, mu, sigma, game_id
            FROM accounts_user player
            LEFT JOIN game_rating rating ON rating.user_id = player.id AND rating.game = %s
            LEFT JOIN game_seat seat ON seat.user_id = player.id AND seat.queue = %s AND seat.is_open
            WHERE player.id IN ({users})
            """,
            [game_name, queue, *user_ids],
        )
        rows = cursor.fetchall()
    return {
        user_id: _entrant(
            user_id, username, is_guest, Strength() if mu is None else Strength(mu, sigma), game_id
        )
        for user_id, username, is_guest, mu, sigma, game_id in rows
    }


def _entrant(
    user_id: UserId, username: str, is_guest: bool, strength: Strength, open_game: uuid.UUID | str | None
) -> Entrant:
    return Entrant(
        user_id,
        username,
        bool(is_guest),
        strength.shown,
        strength.uncertainty,
        None if open_game is None else _uuid(open_game),
    )


def seated(game_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, SeatedGame]:
    """Return these games and their players."""
    if not game_ids:
        return {}
    ids = ", ".join(["%s"] * len(game_ids))
    native = connection.features.has_native_uuid_field
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT game.id, game.name, game.mode, number, user_id, username, bot_level, rating_before
            FROM game_seat seat JOIN game_game game ON game.id = seat.game_id
            JOIN accounts_user player ON player.id = seat.user_id
            WHERE seat.game_id IN ({ids}) ORDER BY number
            """,
            [game_id if native else game_id.hex for game_id in game_ids],
        )
        rows = cursor.fetchall()
    games: dict[uuid.UUID, SeatedGame] = {}
    for game_id, name, mode, number, user_id, username, bot_level, rating in rows:
        game = games.setdefault(_uuid(game_id), SeatedGame(name, mode, []))
        game.seats.append(SeatRecord(number, user_id, username, bot_level, rating))
    return games


def _uuid(stored: uuid.UUID | str) -> uuid.UUID:
    return stored if isinstance(stored, uuid.UUID) else uuid.UUID(stored)


def latest_open_game(user_id: UserId) -> uuid.UUID | None:
    """Return the user's latest unfinished game that was made by a queue and is offered here, or None."""
    return _open_games.first(user_id, offered())


@statement
def _open_games(user_id: UserId, offered: Collection[str]) -> QuerySet[Seat, uuid.UUID]:
    seats = Seat.objects.filter(user_id=user_id, is_open=True, queue__isnull=False, game__name__in=offered)
    return seats.order_by("-game__created_at").values_list("game_id", flat=True)[:1]
