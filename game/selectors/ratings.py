"""Ratings of players by game, as shown to others."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from core.ids import UserId
from core.statements import statement
from game.models import Rating, Seat
from game.ratings import START_SHOWN


def shown_ratings(game_name: str, user_ids: list[UserId]) -> dict[UserId, int | None]:
    """Return the displayed ratings of these users at the game; guests have none."""
    return {
        user_id: None if is_guest else START_SHOWN if shown is None else shown
        for user_id, is_guest, shown in _shown_ratings(game_name, user_ids)
    }


@statement
def _shown_ratings(game_name: str, user_ids: Collection[UserId]) -> QuerySet[User, Any]:
    rating = Rating.objects.filter(game=game_name, user=OuterRef("pk")).values("shown")
    return User.objects.filter(pk__in=user_ids).values_list("pk", "is_guest", Subquery(rating))


def ratings_a_day_ago(game_name: str, user_ids: list[UserId]) -> dict[UserId, int]:
    """Return each user's rating before their first rated game of the last 24 hours, if they played any."""
    since = timezone.now() - timedelta(days=1)
    lately = Seat.objects.filter(
        user_id__in=user_ids, game__name=game_name, game__finished_at__gt=since, rating_after__isnull=False
    )
    # Newest first: the earliest game of a user in these 24 hours overwrites later ones.
    rows = lately.order_by("-game__finished_at").values_list("user_id", "rating_before")
    return {user_id: before for user_id, before in rows if before is not None}


def best_ratings(user_ids: list[UserId]) -> dict[UserId, int]:
    """Return the highest rating of each of these users over all games; guests have none."""
    shown = Rating.objects.filter(user_id__in=user_ids, user__is_guest=False)
    best = shown.values_list("user_id").annotate(Max("shown"))
    return dict(best)
