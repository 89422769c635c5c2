"""Ratings from results: openskill's Plackett-Luce model, displayed as integers around 1500."""

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


def after_match(before: Sequence[Strength], winners: Sequence[int]) -> list[Strength]:
    """Return the strengths after a game; ``winners`` are the winners' indices, none for a draw."""
    teams = [[_model.rating(mu=strength.mu, sigma=strength.sigma)] for strength in before]
    ranks = [0.0 if seat in winners or not winners else 1.0 for seat in range(len(before))]
    return [Strength(team[0].mu, team[0].sigma) for team in _model.rate(teams, ranks=ranks)]
