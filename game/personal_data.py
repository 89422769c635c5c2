"""Personal data of games."""

import json
from datetime import datetime
from typing import Any

from accounts.refusals import StillPlaying
from core.ids import UserId
from core.personal_data import erases, exports, merges
from core.retention import retains
from game import selectors, services
from game.models import Rating, Seat


@exports("games")
def games(user_id: UserId) -> list[dict[str, Any]]:
    """Return the user's seats; the moves are in the games' replays."""
    seats = Seat.objects.filter(user_id=user_id).select_related("game").order_by("game__created_at", "pk")
    return [
        {
            "id": seat.game_id,
            "game": seat.game.name,
            "state": seat.game.state,
            "score": seat.score,
            "rating_before": seat.rating_before,
            "rating_after": seat.rating_after,
            "created_at": seat.game.created_at,
            "finished_at": seat.game.finished_at,
        }
        for seat in seats
    ]


@exports("ratings")
def ratings(user_id: UserId) -> list[dict[str, Any]]:
    rows = Rating.objects.filter(user_id=user_id).order_by("game")
    return [{"game": row.game, "rating": row.shown, "played": row.played, "won": row.won} for row in rows]


@exports("game_messages")
def game_messages(user_id: UserId) -> list[dict[str, Any]]:
    """Return the user's chat messages in games."""
    said = selectors.messages_of(user_id)
    return [{"game_id": game_id, "at": row.at, **json.loads(row.data)} for game_id, row in said]


@merges
def take_ratings(kept_id: UserId, former_id: UserId) -> None:
    """Keep, for each game, the rating of the account that has played it more often.

    Seats in finished games stay: replays and other players' results name the one who played. Raises
    ``StillPlaying``.
    """
    if Seat.objects.filter(user_id=former_id, is_open=True).exists():
        raise StillPlaying("The other account is in a game that has not ended.")
    own = {row.game: row for row in Rating.objects.filter(user_id=kept_id).select_for_update()}
    for row in Rating.objects.filter(user_id=former_id):
        mine = own.get(row.game)
        if mine is None or mine.played < row.played:
            Rating.objects.filter(user_id=kept_id, game=row.game).delete()
            Rating.objects.filter(pk=row.pk).update(user_id=kept_id)
    Rating.objects.filter(user_id=former_id).delete()


@erases
def erase(user_id: UserId) -> None:
    """Erase the text of the user's messages."""
    services.erase_chat(user_id=user_id)


@retains("replays")
def old_replays(before: datetime) -> int:
    """Delete the moves of old games; who played them and how they ended is kept."""
    return services.delete_archives(before=before)
