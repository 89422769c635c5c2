"""Leaderboards for apps: declared, submitted to and read."""

from competition import selectors, services
from competition.rules import Board, Keep, Order, Reset
from competition.shapes import Placed
from core.ids import UserId
from game.shapes import LeaderboardRow
from realtime.wire.identity import Identity

Who = Identity | int
"""A caller, or the id of a user."""

_boards: dict[str, "Leaderboard"] = {}


class Leaderboard(Board):
    """A leaderboard that is read at ``/api/leaderboards/<name>/``; see ``competition.rules.Board``."""

    def __init__(
        self,
        name: str,
        *,
        order: Order = "desc",
        keep: Keep = "best",
        reset: Reset = "never",
        title: str = "",
    ) -> None:
        super().__init__(name, order, keep, reset, title)
        if name in _boards:
            raise ValueError(f"Two leaderboards are called {name!r}")
        _boards[name] = self

    def submit(self, who: Who, score: int) -> Placed:
        """Enter a user's score in the current period. Raises ``Invalid``."""
        return services.submit(self, user_id=_id(who), score=score)

    def top(self, count: int = 10, *, period: str = "current") -> list[LeaderboardRow]:
        """Return the best scores of a period: ``current``, ``previous``, or one by its name."""
        named = selectors.period(self, period)
        rows = selectors.scores(self, named).order_by(*self.ordering)[:count]
        return selectors.ranked(self, named, list(rows))

    def around(self, who: Who, count: int = 10, *, period: str = "current") -> list[LeaderboardRow]:
        """Return so many scores with the user's in the middle, or the best ones without one."""
        named = selectors.period(self, period)
        found = selectors.around(self, named, user_id=_id(who), limit=count)
        return selectors.ranked(self, named, found.rows)


def declared() -> list[Leaderboard]:
    """Return all leaderboards."""
    return [board for _, board in sorted(_boards.items())]


def find(name: str) -> Leaderboard | None:
    """Return the leaderboard of this name, or None."""
    return _boards.get(name)


def _id(who: Who) -> UserId:
    return UserId(who) if isinstance(who, int) else who.user_id
