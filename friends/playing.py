"""Who plays what: friends knows no games, so the floor that has them answers."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

Games = Callable[[Sequence[int]], Mapping[int, UUID]]

_sources: list[Games] = []


def tells_games(function: Games) -> Games:
    """Register ``function(user_ids) -> {user_id: game_id}``: the running games of those who play one.

    When one begins or ends, call ``friends.live.changed``.
    """
    _sources.append(function)
    return function


def games(user_ids: Sequence[int]) -> dict[int, UUID]:
    """The running game of each of these users who plays one."""
    found: dict[int, UUID] = {}
    for source in _sources if user_ids else ():
        found.update(source(user_ids))
    return found
