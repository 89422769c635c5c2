"""Registry of running games, so that a status can show "playing" without knowing the game app."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from core.ids import UserId

Games = Callable[[Sequence[UserId]], Mapping[UserId, UUID]]

_sources: list[Games] = []


def provides_games(function: Games) -> Games:
    """Register ``function(user_ids) -> {user_id: game_id}``, which returns the users' running games.

    Call ``friends.live.changed`` when a game begins or ends.
    """
    _sources.append(function)
    return function


def games(user_ids: Sequence[UserId]) -> dict[UserId, UUID]:
    """Return the running games of those of these users who play."""
    found: dict[UserId, UUID] = {}
    for source in _sources if user_ids else ():
        found.update(source(user_ids))
    return found
