"""Adds the level to public profiles."""

from accounts.profiles import profile_fact
from core.ids import UserId
from progression import selectors


@profile_fact("level")
def level(user_ids: list[UserId]) -> dict[UserId, int]:
    return selectors.levels(user_ids)
