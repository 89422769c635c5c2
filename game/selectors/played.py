"""Queries about recent play: rated games of players, and how fast moves were answered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter
from uuid import UUID

import msgspec

from core.ids import UserId
from game import journals
from game.author import catalogue
from game.models import Game, JournalEntry, Rating, Seat

PEOPLE_AMONG = 500
"""The latest games among whose players it is counted how many play a game."""


class Ended(msgspec.Struct):
    """A game that is over, and the people in it."""

    game_id: UUID
    finished_at: datetime
    user_ids: list[UserId]


class RatedGame(msgspec.Struct):
    """A rated game of a user. ``opponent_id`` is the other one of two people."""

    game_id: UUID
    name: str
    finished_at: datetime
    user_id: UserId
    opponent_id: UserId | None
    before: int
    after: int
    has_won: bool
    has_lost: bool


class Answers(msgspec.Struct):
    """A user's times to answer each move of others in a turn-based game, in milliseconds."""

    game_id: UUID
    name: str
    user_id: UserId
    times_ms: list[int]


def ended_after(moment: datetime, *, until: datetime, most: int) -> list[Ended]:
    """Return the games that ended after ``moment`` and before ``until``, the first ``most`` of them.

    Those that ended at the same time as the last one come with it. Archived ones are left out: the others
    have an index.
    """
    over = Game.objects.filter(is_archived=False, finished_at__gt=moment, finished_at__lt=until)
    over = over.order_by("finished_at", "pk")
    last = over.values_list("finished_at", flat=True)[most - 1 : most]
    rows = list(over.filter(finished_at__lte=next(iter(last), until)).values_list("pk", "finished_at"))
    people = _people_in([game_id for game_id, _ in rows])
    return [Ended(game_id, at, people[game_id]) for game_id, at in rows if at is not None]


def _people_in(game_ids: Collection[UUID]) -> defaultdict[UUID, list[UserId]]:
    people: defaultdict[UUID, list[UserId]] = defaultdict(list)
    seats = Seat.objects.filter(game__in=game_ids, bot_level=None, user__is_bot=False)
    for game_id, user_id in seats.order_by("number", "pk").values_list("game_id", "user_id"):
        people[game_id].append(user_id)
    return people


def rated_games(user_ids: Iterable[UserId], *, since: datetime) -> list[RatedGame]:
    """Return the rated games of these users since then, of each user the oldest first."""
    own = Seat.objects.filter(
        user__in=user_ids,
        rating_before__isnull=False,
        rating_after__isnull=False,
        game__finished_at__gte=since,
    )
    rows = list(
        own.order_by("user", "game__finished_at", "pk").values_list(
            "game",
            "game__name",
            "game__finished_at",
            "user",
            "rating_before",
            "rating_after",
            "game__result__winner_ids",
        )
    )
    people = _people_in({row[0] for row in rows})
    games = []
    for game_id, name, at, user_id, before, after, winner_ids in rows:
        assert at is not None
        assert before is not None
        assert after is not None
        others = [other for other in people[game_id] if other != user_id]
        games.append(
            RatedGame(
                game_id=game_id,
                name=name,
                finished_at=at,
                user_id=user_id,
                opponent_id=others[0] if len(others) == 1 else None,
                before=before,
                after=after,
                has_won=user_id in winner_ids,
                has_lost=bool(winner_ids) and user_id not in winner_ids,
            )
        )
    return games


def games_played(user_ids: Iterable[UserId]) -> dict[tuple[UserId, str], int]:
    """Return how many rated games of each kind these users have played, by user and name."""
    rows = Rating.objects.filter(user__in=user_ids).values_list("user_id", "game", "played")
    return {(user_id, name): played for user_id, name, played in rows}


def people_playing(name: str) -> int:
    """Return how many people played the latest rated games of this name."""
    latest = Game.objects.filter(state=Game.State.FINISHED, name=name).order_by("-created_at")
    game_ids = list(latest.values_list("pk", flat=True)[:PEOPLE_AMONG])
    return Seat.objects.filter(game__in=game_ids, bot_level=None).values("user").distinct().count()


def answers(game_ids: Collection[UUID]) -> list[Answers]:
    """Return how fast the people in these turn-based games answered the moves of others."""
    games = [
        game
        for game in Game.objects.filter(pk__in=game_ids).only("name", "journal")
        if catalogue.offers(game.name) and not catalogue.get(game.name).real_time
    ]
    people, moves = _people_in([game.pk for game in games]), _moves(games)
    found = []
    for game in games:
        times: defaultdict[UserId, list[int]] = defaultdict(list)
        for (before_id, before_at), (user_id, at) in pairwise(moves[game.pk]):
            if user_id is not None and user_id != before_id:
                times[user_id].append(round((at - before_at).total_seconds() * 1000))
        found += [
            Answers(game.pk, game.name, user_id, times[user_id])
            for user_id in people[game.pk]
            if user_id in times
        ]
    return found


def _moves(games: Sequence[Game]) -> defaultdict[UUID, list[tuple[UserId | None, datetime]]]:
    """Return who moved when, in one query for each database of journals."""
    moves: defaultdict[UUID, list[tuple[UserId | None, datetime]]] = defaultdict(list)
    for number, some in groupby(sorted(games, key=attrgetter("journal")), key=attrgetter("journal")):
        entries = JournalEntry.objects.using(journals.alias(number))
        made = entries.filter(game__in=[game.pk for game in some], kind=JournalEntry.Kind.MOVE)
        for game_id, user_id, at in made.order_by("game_id", "seq").values_list("game_id", "user_id", "at"):
            moves[game_id].append((user_id, at))
    return moves
