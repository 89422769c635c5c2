"""Shapes of support's REST routes."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct


class OperatorMessage(Struct, kw_only=True):
    """A message from the operators to the caller."""

    id: int
    text: str
    at: datetime
    read_at: datetime | None


class UpTo(Struct, kw_only=True):
    """The newest message that the caller has read."""

    id: Annotated[int, Meta(ge=1, le=2**63 - 1)]
