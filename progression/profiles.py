"""Adds the level to public profiles."""

from accounts.profiles import profile_fact
from progression import selectors


@profile_fact("level")
def level(user_ids: list[int]) -> dict[int, int]:
    return selectors.levels(user_ids)
