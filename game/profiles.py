"""Adds the rating to public profiles."""

from accounts.profiles import profile_fact
from core.ids import UserId
from game import selectors


@profile_fact("rating")
def rating(user_ids: list[UserId]) -> dict[UserId, int]:
    return selectors.best_ratings(user_ids)
