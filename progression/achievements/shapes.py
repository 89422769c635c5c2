"""The answers of the routes of achievements."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from core.shapes import about


class Prize(Struct, kw_only=True, frozen=True):
    """The reward of an achievement."""

    xp: int
    gold: int
    gems: int


class Progress(Struct, kw_only=True, frozen=True):
    """An achievement, and how far the caller has come."""

    id: int
    code: Annotated[str, Meta(extra_json_schema={"pattern": "^[-a-zA-Z0-9_]+$"})]
    name: str
    description: str
    goal: int
    progress: Annotated[int, about("At most the goal")]
    reward: Prize
    earned_at: datetime | None


class Earned(Struct, kw_only=True, frozen=True):
    """An achievement that a user has earned."""

    code: str
    name: str
    description: str
    earned_at: datetime
