"""Leaderboards as declared, and their periods: pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

Order = Literal["asc", "desc"]
Keep = Literal["best", "last", "sum"]
Reset = Literal["never", "daily", "weekly", "monthly"]

MAX_NAME_LENGTH = 40
MAX_SCORE = 2**53 - 1
"""Larger integers are not exact in JavaScript."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_PERIODS = {
    "never": re.compile(""),
    "daily": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "weekly": re.compile(r"[0-9]{4}-W[0-9]{2}"),
    "monthly": re.compile(r"[0-9]{4}-[0-9]{2}"),
}


@dataclass(frozen=True)
class Board:
    """A leaderboard: the scores of a period in an order, one for each player."""

    name: str
    order: Order = "desc"
    """``desc`` if more is better."""
    keep: Keep = "best"
    """The one of a player's submitted scores that counts."""
    reset: Reset = "never"
    """The start of each period: at midnight (UTC), of Mondays, or of the first of a month."""
    title: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.name) > MAX_NAME_LENGTH:
            raise ValueError(f"No name of a leaderboard: {self.name!r}")
        known = {"order": ("asc", "desc"), "keep": ("best", "last", "sum"), "reset": tuple(_PERIODS)}
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise ValueError(f"{self.name}: {name} is one of {', '.join(values)}")

    @property
    def ordering(self) -> tuple[str, str]:
        return ("score" if self.order == "asc" else "-score", "user_id")


def period_at(reset: Reset, day: date) -> str:
    """Return the period of this day (UTC), empty for a leaderboard that is never reset."""
    match reset:
        case "daily":
            return day.isoformat()
        case "weekly":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "monthly":
            return day.isoformat()[:7]
    return ""


def previous_period(reset: Reset, day: date) -> str:
    """Return the period before that of this day."""
    match reset:
        case "daily":
            return period_at(reset, day - timedelta(days=1))
        case "weekly":
            return period_at(reset, day - timedelta(weeks=1))
        case "monthly":
            return period_at(reset, day.replace(day=1) - timedelta(days=1))
    return ""


def period_ends(reset: Reset, day: date) -> datetime | None:
    """Return the moment at which the period of this day ends."""
    match reset:
        case "daily":
            following = day + timedelta(days=1)
        case "weekly":
            following = day + timedelta(days=7 - day.weekday())
        case "monthly":
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case _:
            return None
    return datetime.combine(following, time.min, UTC)


def is_period(reset: Reset, text: str) -> bool:
    """Return whether this has the form of a period."""
    return _PERIODS[reset].fullmatch(text) is not None
