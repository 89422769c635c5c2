"""Personal data of games."""

import json
from typing import Any

from django.db.models import QuerySet

from accounts.refusals import StillPlaying
from core.ids import UserId
from core.personal_data import erases, exports, merges
from game.models import JournalEntry, Rating, Seat


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
    entries = _said(user_id).order_by("at").values_list("game_id", "at", "data")
    return [{"game_id": game_id, "at": at, **json.loads(data)} for game_id, at, data in entries]


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
    """Erase the text of the user's messages. The entries stay, because a journal has no gaps."""
    _said(user_id).update(data="{}")


def _said(user_id: UserId) -> QuerySet[JournalEntry]:
    seats = Seat.objects.filter(user_id=user_id)
    # Filter by game, because the journal has no index on users.
    return JournalEntry.objects.filter(
        game_id__in=seats.values("game_id"), user_id=user_id, kind=JournalEntry.Kind.CHAT
    )
