"""Adds the rating to public profiles."""

from accounts.profiles import profile_fact
from game import selectors


@profile_fact("rating")
def rating(user_ids: list[int]) -> dict[int, int]:
    return selectors.best_ratings(user_ids)
