"""The answers of the routes of leaderboards."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from core.shapes import about, one_of


class BoardShape(Struct, kw_only=True, frozen=True):
    """A leaderboard that an app declares."""

    name: str
    title: str
    order: Annotated[str, one_of([("asc", "Less is better"), ("desc", "More is better")])]
    keep: Annotated[str, one_of(["best", "last", "sum"], "Which score of a player counts")]
    reset: Annotated[str, one_of(["never", "daily", "weekly", "monthly"])]
    period: Annotated[str, about("The current one: 2026-11-24, 2026-W48, 2026-11, or empty")]
    ends_at: Annotated[datetime | None, about("When the next one begins")]


class Placed(Struct, kw_only=True, frozen=True):
    """A player's place after a score was submitted."""

    board: str
    period: str
    score: Annotated[int, about("The one that counts")]
    rank: Annotated[int, about("From 1; equal scores share it")]
