"""Leaderboards: pages of ranked ratings, cached for a second."""

import re
import time
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from core.ids import UserId
from core.refusals import Invalid
from core.replica import database
from core.statements import statement
from game.models import Rating
from game.shapes import LeaderboardRow, RankedUser
from realtime import worker

CACHE_TTL_S = 1.0
MAX_CACHED = 1_000

_CURSOR = re.compile(r"(after|before)\.(-?[0-9]{1,9})\.([0-9]{1,18})")


class Ranked(NamedTuple):
    """A rating on the leaderboard, which is in order of ratings, then of user ids."""

    shown: int
    user_id: UserId
    username: str
    played: int
    won: int


class Page(NamedTuple):
    """Rows of a leaderboard, and the cursors of the adjacent pages."""

    rows: list[LeaderboardRow]
    next: str | None
    previous: str | None


class _Pages(dict[tuple[str, str, int, str | None], tuple[float, Page]]):
    """Pages by database, game, limit and cursor, with the time until which each may be shown."""


def page(game: str, *, limit: int, cursor: str | None = None) -> Page:
    """Return the page that ``cursor`` names, or the first one. Raises ``Invalid`` for a malformed cursor."""
    key = (database(), game, limit, cursor)
    pages = worker.held(_Pages)
    cached = pages.get(key)
    if cached is not None and cached[0] > time.monotonic():
        return cached[1]
    fresh = _read(game, limit, cursor)
    if len(pages) >= MAX_CACHED:
        pages.clear()
    pages[key] = (time.monotonic() + CACHE_TTL_S, fresh)
    return fresh


def page_around(game: str, *, user_id: UserId, limit: int) -> Page:
    """Return the page with this user in the middle, or the first page if the user has no rating."""
    found = _ranked(_ratings(game).filter(user_id=user_id))
    if not found:
        return page(game, limit=limit)
    (mine,) = found
    above = _before(game, mine.shown, user_id, limit // 2 + 1)
    has_previous = len(above) > limit // 2
    above = above[-(limit // 2) :] if limit > 1 else []
    below = _after(game, mine.shown, user_id, limit - len(above))
    ratings = [*above, mine, *below][:limit]
    return _page(game, ratings, has_next=len(above) + 1 + len(below) > limit, has_previous=has_previous)


def _read(game: str, limit: int, cursor: str | None) -> Page:
    if cursor is None:
        ratings = [Ranked(*row) for row in _all.top(limit + 1, ("-shown", "user_id"))(game)]
        return _page(game, ratings[:limit], has_next=len(ratings) > limit, has_previous=False)
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Invalid("No such cursor.", details={"cursor": ["Not a cursor of this list."]})
    shown, user_id = int(found[2]), UserId(int(found[3]))
    if found[1] == "after":
        ratings = _after(game, shown, user_id, limit + 1)
        return _page(game, ratings[:limit], has_next=len(ratings) > limit, has_previous=True)
    ratings = _before(game, shown, user_id, limit + 1)
    return _page(game, ratings[-limit:], has_next=True, has_previous=len(ratings) > limit)


def _ratings(game: str) -> QuerySet[Rating]:
    """Return the ratings on the leaderboard; guests have none."""
    return Rating.objects.filter(game=game, user__is_guest=False)


def _rows(ratings: QuerySet[Rating]) -> QuerySet[Rating, Any]:
    return ratings.values_list("shown", "user_id", "user__username", "played", "won")


@statement
def _all(game: str) -> QuerySet[Rating, Any]:
    return _rows(_ratings(game))


def _ranked(ratings: QuerySet[Rating]) -> list[Ranked]:
    return [Ranked(*row) for row in _rows(ratings)]


def _after(game: str, shown: int, user_id: UserId, count: int) -> list[Ranked]:
    # The first condition follows from the second, but it is the one that can use an index.
    behind = _ratings(game).filter(shown__lte=shown).exclude(shown=shown, user_id__lte=user_id)
    return _ranked(behind.order_by("-shown", "user_id")[:count])


def _before(game: str, shown: int, user_id: UserId, count: int) -> list[Ranked]:
    ahead = _ratings(game).filter(shown__gte=shown).exclude(shown=shown, user_id__gte=user_id)
    return _ranked(ahead.order_by("shown", "-user_id")[:count])[::-1]


def _page(game: str, ratings: list[Ranked], *, has_next: bool, has_previous: bool) -> Page:
    rows: list[LeaderboardRow] = []
    rank, ahead = _rank_of_first(game, ratings, has_previous)
    for number, rating in enumerate(ratings):
        if number and rating.shown < ratings[number - 1].shown:
            rank = ahead + number + 1
        rows.append(
            LeaderboardRow(
                rank=rank,
                user=RankedUser(id=rating.user_id, username=rating.username),
                score=rating.shown,
                rating=rating.shown,
                played=rating.played,
                won=rating.won,
            )
        )
    return Page(
        rows,
        next=_cursor("after", ratings[-1]) if ratings and has_next else None,
        previous=_cursor("before", ratings[0]) if ratings and has_previous else None,
    )


def _rank_of_first(game: str, ratings: list[Ranked], has_previous: bool) -> tuple[int, int]:
    """Return the rank of a page's first row (equal ratings share it) and the number of rows before it."""
    if not ratings or not has_previous:
        return 1, 0
    shown, user_id = ratings[0].shown, ratings[0].user_id
    counts = (
        _ratings(game)
        .filter(shown__gte=shown)
        .aggregate(
            higher=Count("pk", filter=Q(shown__gt=shown)),
            equal=Count("pk", filter=Q(shown=shown, user_id__lt=user_id)),
        )
    )
    return counts["higher"] + 1, counts["higher"] + counts["equal"]


def _cursor(direction: str, rating: Ranked) -> str:
    return f"{direction}.{rating.shown}.{rating.user_id}"
