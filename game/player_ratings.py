"""A user's ratings at every game, with how they came about."""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet

from core.ids import UserId
from core.statements import statement
from game import selectors
from game.author import catalogue
from game.models import Rating, Seat
from game.shapes import PlayerRating, RatingPoint

MAX_POINTS = 300
"""The number of latest rated games of a user, over all games, whose ratings are told."""


def of_user(user_id: UserId) -> list[PlayerRating]:
    """Return the user's ratings, most played games first; guests and users without rated games have none."""
    offered = selectors.offered()
    points: defaultdict[str, list[RatingPoint]] = defaultdict(list)
    for name, rating, at in reversed(_latest.top(MAX_POINTS, ("-game__finished_at",))(user_id, offered)):
        points[name].append(RatingPoint(at=at, rating=rating))
    return [
        PlayerRating(
            game=name,
            title=catalogue.get(name).title,
            rating=shown,
            played=played,
            won=won,
            history=points[name],
        )
        for name, shown, played, won in _ratings(user_id, offered)
    ]


@statement
def _ratings(user_id: UserId, offered: list[str]) -> QuerySet[Rating, Any]:
    found = Rating.objects.filter(user_id=user_id, user__is_guest=False, game__in=offered)
    return found.order_by("-played", "game").values_list("game", "shown", "played", "won")


@statement
def _latest(user_id: UserId, offered: list[str]) -> QuerySet[Seat, Any]:
    rated = Seat.objects.filter(
        user_id=user_id, user__is_guest=False, rating_after__isnull=False, game__name__in=offered
    )
    return rated.values_list("game__name", "rating_after", "game__finished_at")
