"""Life on the server: how many are here, and what is worth a look."""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.remembered import Remembered
from game import shapes
from game.author import catalogue
from game.models import Game, Seat
from game.records import TakenSeat
from realtime.membership.leased_set import others_in
from realtime.membership.presence import count_online_sync

ATTENDANCE = "at_game"
"""The kind of the ``LeasedSet`` whose rooms are games."""
MOST_NAMED = 20
KEPT_S = 5.0
"""For this time all users get the same answer."""
REPLAY_KEPT_S = 60.0
"""For this time the replay of the day is not chosen anew, which is needed at midnight only."""
MOST_COMPARED = 200
"""The latest games among which it is chosen."""


def spectators(game_id: UUID, seats: Collection[TakenSeat]) -> shapes.Spectators:
    """Return who watches a game: all of them counted, some of them named."""
    players = [seat.user_id for seat in seats if seat.user_id is not None]
    count, some = others_in(ATTENDANCE, game_id.hex, players, MOST_NAMED)
    names = User.objects.filter(pk__in=some).order_by("pk").values_list("username", flat=True)
    return shapes.Spectators(count=count, usernames=list(names))


@dataclass(frozen=True)
class _Candidate:
    """A game that may become the replay of the day."""

    game_id: UUID
    name: str
    is_of_last_day: bool
    entries: int
    begun_at: datetime


def _look() -> shapes.Now:
    names = [rules.name for rules in catalogue.all() if rules.spectators]
    running = Game.objects.filter(state=Game.State.ACTIVE, name__in=names, private=False).count()
    return shapes.Now(online=count_online_sync(), running=running, replay=replay_of_the_day())


now = Remembered(_look, for_s=KEPT_S)
"""The activity on the server, at most ``KEPT_S`` seconds old."""


def _midnight() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _best_before_midnight() -> shapes.DailyReplay | None:
    """Return the public win of the day before that is most worth a look, or else of the week before.

    Games between people come before those with bots, then those whose weakest player is the strongest, then
    the longest. The answer is the same for all until midnight.
    """
    candidates = _wins_before(_midnight())
    if not candidates:
        return None
    weakest, with_bots = _players_of([one.game_id for one in candidates])
    best = max(
        candidates,
        key=lambda one: (
            one.is_of_last_day,
            one.game_id not in with_bots,
            weakest.get(one.game_id, 0),
            one.entries,
            one.begun_at,
        ),
    )
    players = Seat.objects.filter(game=best.game_id, user__isnull=False).order_by("number")
    return shapes.DailyReplay(
        id=best.game_id,
        game=best.name,
        title=catalogue.get(best.name).title,
        players=list(players.values_list("user__username", flat=True)),
    )


replay_of_the_day = Remembered(_best_before_midnight, for_s=REPLAY_KEPT_S)


def _wins_before(end: datetime) -> list[_Candidate]:
    names = [rules.name for rules in catalogue.all() if not rules.real_time]
    is_public = Q(state=Game.State.FINISHED, name__in=names, private=False)
    # By its beginning, as the index of states and beginnings bounds the search.
    lately = Q(created_at__gte=end - timedelta(days=7), finished_at__lt=end, result__reason="win")
    found = Game.objects.filter(is_public, lately).order_by("-created_at")
    rows = found.values_list("pk", "name", "finished_at", "result__seq", "created_at")[:MOST_COMPARED]
    since = end - timedelta(days=1)
    return [
        _Candidate(game_id, name, at is not None and at >= since, entries or 0, begun_at)
        for game_id, name, at, entries, begun_at in rows
    ]


def _players_of(game_ids: Collection[UUID]) -> tuple[dict[UUID, int], set[UUID]]:
    """Return the lowest rating in each of these games, and which of them have bots."""
    weakest: dict[UUID, int] = {}
    with_bots = set()
    seats = Seat.objects.filter(game__in=game_ids)
    for game_id, level, rating in seats.values_list("game", "bot_level", "rating_before"):
        if level is not None:
            with_bots.add(game_id)
        weakest[game_id] = min(weakest.get(game_id, sys.maxsize), rating or 0)
    return weakest, with_bots
