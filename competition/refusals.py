"""Refusals of competition."""

from core.refusals import Invalid


class UnknownPeriod(Invalid):
    """The leaderboard has no such period."""

    code = "unknown_period"
    title = "Unknown period"


class ScoreOutOfRange(Invalid):
    """The score, or the sum of scores, is beyond 53 bits."""

    code = "score_out_of_range"
    title = "Score out of range"
