"""Signs of cheating: for each, whether what somebody has played or traded reaches its thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Protocol

MIN_SHARE_OF_A_SIDE = 0.9
"""The share of a pair's games that one of them has won at least."""
SHORTEST_JUMP = 10
MOST_GAMES = 300
"""The latest games among which a jump is looked for; the time for it grows with their square."""


class Rated(Protocol):
    """A rated game, as far as the rules read it."""

    before: int
    after: int
    has_won: bool
    has_lost: bool


@dataclass(frozen=True)
class Thresholds:
    """From where on a sign is flagged; operators change them as live settings."""

    days: int
    jump_points: int
    jump_deviations: int
    jump_settled_after: int
    pair_games: int
    pair_times_chance: int
    answer_ms: int
    answers: int
    alike_games: int
    alike_trades: int


@dataclass(frozen=True)
class Jump:
    """A rise of a rating over the games from index ``start`` to before ``end``.

    ``deviations`` compares it with chance: wins and defeats in random order would give a rise of one standard
    deviation or less in most cases.
    """

    points: int
    deviations: float
    start: int
    end: int


def rating_jump(games: Sequence[Rated], *, played: int, to: Thresholds) -> Jump | None:
    """Return the least likely rise over these games, the oldest first, if it reaches the thresholds.

    ``played`` counts all games of the player. While a rating settles, in the first games, it may rise fast.
    """
    first = max(0, to.jump_settled_after - (played - len(games)), len(games) - MOST_GAMES)
    changes = [game.after - game.before for game in games]
    best = None
    for start in range(first, len(games)):
        points = squares = 0
        for end in range(start, len(games)):
            points += changes[end]
            squares += changes[end] ** 2
            if end + 1 - start < SHORTEST_JUMP or points < to.jump_points:
                continue
            deviations = points / sqrt(squares)
            if best is None or deviations > best.deviations:
                best = Jump(points, deviations, start, end + 1)
    return best if best is not None and best.deviations >= to.jump_deviations else None


def is_one_sided(games: Sequence[Rated]) -> bool:
    """Return whether a player has won nearly all of these games, in which draws count for nobody."""
    won = sum(game.has_won for game in games)
    return won > 0 and won >= MIN_SHARE_OF_A_SIDE * len(games)


def times_chance(*, together: int, games: int, people: int) -> float:
    """Return how many times more often two have played each other than by chance.

    ``games`` are all games of one of them, and ``people`` play this game.
    """
    expected = games / max(people - 1, 1)
    return together / expected if expected else 0.0


def is_repeated_pair(together: Sequence[Rated], *, games: int, people: int, to: Thresholds) -> bool:
    """Return whether two play each other far more often than by chance, and the first one always wins."""
    often = times_chance(together=len(together), games=games, people=people) >= to.pair_times_chance
    return len(together) >= to.pair_games and often and is_one_sided(together)


def impossible_speed(times_ms: Sequence[int], to: Thresholds) -> int | None:
    """Return the median of the answers of one game in milliseconds if nobody is that fast."""
    if len(times_ms) < to.answers:
        return None
    middle = round(median(times_ms))
    return middle if middle < to.answer_ms else None
