"""Registry of running games, so that a status can show "playing" without knowing the game app."""

from collections.abc import Collection
from uuid import UUID

from core.ids import UserId
from core.statements import Bound, Statement

Games = Statement[[Collection[UserId]], tuple[UserId, UUID]]

_sources: list[Games] = []


def provides_games(statement: Games) -> Games:
    """Register a statement of these users' running games, as (user id, game id); the last of a user counts.

    Call ``friends.live.changed`` when a game begins or ends.
    """
    _sources.append(statement)
    return statement


def bound(user_ids: Collection[UserId]) -> list[Bound[tuple[UserId, UUID]]]:
    """Return the statements of these users' running games, for ``together``."""
    return [source.bound(user_ids) for source in _sources] if user_ids else []
