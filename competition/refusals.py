"""Refusals of competition."""

from core.refusals import Invalid


class UnknownPeriod(Invalid):
    """The leaderboard has no such period."""

    code = "unknown_period"
    title = "Unknown period"
