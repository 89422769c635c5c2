"""Questions about games: the only reads that others use."""

import json
import uuid
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from game.models import Game, JournalEntry, Rating, Seat
from game.ratings import Strength
from game.records import SeatRecord
from game.refusals import UnknownMatch


def game(game_id: uuid.UUID) -> Game:
    """The game with its seats and their users. Raises ``UnknownMatch``."""
    try:
        return Game.objects.prefetch_related("seats__user").get(pk=game_id)
    except Game.DoesNotExist:
        raise UnknownMatch from None


def games_visible_to(user_id: int) -> QuerySet[Game]:
    """Public games and the user's own, newest first."""
    mine = Game.objects.filter(seats__user_id=user_id)
    visible = Game.objects.filter(private=False) | Game.objects.filter(pk__in=mine)
    return visible.prefetch_related("seats__user")


def unfinished_ids(*, older_than_s: float) -> list[uuid.UUID]:
    """Games that go on, created at least so many seconds ago."""
    before = timezone.now() - timedelta(seconds=older_than_s)
    going_on = Game.objects.exclude(state__in=Game.OVER).filter(created_at__lt=before)
    return list(going_on.values_list("pk", flat=True))


def open_seat(user_id: int, queue: str | None = None) -> Seat | None:
    """The user's place in an unfinished match, of this queue or of any."""
    seats = Seat.objects.filter(user_id=user_id, is_open=True, queue__isnull=False).select_related("game")
    return (seats if queue is None else seats.filter(queue=queue)).order_by("-game__created_at").first()


def seated(game_id: uuid.UUID) -> list[SeatRecord]:
    """Who sits in the game, in the order of the seats."""
    seats = Seat.objects.filter(game_id=game_id).order_by("number")
    rows = seats.values_list("number", "user_id", "user__username", "bot_level", "rating_before")
    return [SeatRecord(*row[:4], row[4] or 0) for row in rows]


def strengths(game_name: str, user_ids: list[int]) -> dict[int, Strength]:
    """How strong these users are at the game; newcomers have the starting strength."""
    known = Rating.objects.filter(game=game_name, user_id__in=user_ids)
    found = {rating.user_id: Strength(rating.mu, rating.sigma) for rating in known}
    return {user_id: found.get(user_id, Strength()) for user_id in user_ids}


def best_rating(user_id: int) -> int:
    """The user's highest rating of all games; what a public profile shows."""
    shown = Rating.objects.filter(user_id=user_id).order_by("-shown").values_list("shown", flat=True).first()
    return Strength().shown if shown is None else shown


def inputs(game: Game) -> list[dict[str, Any]]:
    """What the players did, in order, as a replay gives it."""
    kinds = (JournalEntry.Kind.MOVE, JournalEntry.Kind.ACTION)
    entries = JournalEntry.objects.filter(game=game, kind__in=kinds).order_by("seq")
    told = []
    for entry in entries:
        data = json.loads(entry.data)
        given = {"seq": entry.seq, "at": entry.at, "user_id": entry.user_id}
        if entry.kind == JournalEntry.Kind.MOVE:
            tick = {"tick": data["tick"]} if "tick" in data else {}
            told.append({**given, "type": "player_move", "movement": data["movement"], **tick})
        elif data["action"] != "emote":
            told.append({**given, "type": "game_action", "movement": {"action": data["action"]}})
    return told


def can_answer() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False
