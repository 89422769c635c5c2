"""Ratings from results: openskill's Plackett-Luce model, displayed as integers around 1500."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from openskill.models import PlackettLuce

_model = PlackettLuce()
START_SHOWN = 1500
SHOWN_PER_MU = 40


class Strength(NamedTuple):
    """The estimate of a player's strength: its mean ``mu`` and uncertainty ``sigma``."""

    mu: float = _model.mu
    sigma: float = _model.sigma

    @property
    def shown(self) -> int:
        """The rating as displayed; a new player has 1500."""
        return round(START_SHOWN + SHOWN_PER_MU * (self.mu - _model.mu))

    @property
    def uncertainty(self) -> int:
        """The standard deviation of the displayed rating, in points."""
        return round(SHOWN_PER_MU * self.sigma)

    def at_most(self, shown: int) -> "Strength":
        """Return this strength with a displayed rating of at most ``shown``."""
        return self._replace(mu=min(self.mu, _model.mu + (shown - START_SHOWN) / SHOWN_PER_MU))


def after_match(
    before: Sequence[Strength], ranks: Sequence[int], teams: Sequence[Sequence[int]] = ()
) -> list[Strength]:
    """Return the strengths after a game; a player's rank is lower the better, and equal for a tie.

    ``teams`` are the players' indices by team; without any, everybody played alone.
    """
    sides = teams or [[player] for player in range(len(before))]
    ratings = [[_model.rating(mu=before[one].mu, sigma=before[one].sigma) for one in side] for side in sides]
    rated = _model.rate(ratings, ranks=[float(min(ranks[one] for one in side)) for side in sides])
    after = dict(zip(itertools.chain(*sides), itertools.chain(*rated), strict=True))
    return [Strength(after[player].mu, after[player].sigma) for player in range(len(before))]
