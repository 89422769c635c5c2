"""Calls of the queue."""

from typing import Any

from core.calls import Call


class JoinQueue(Call):
    """Wait for a match, alone or with one's party; ``asks`` are the fields that the queue asks for."""

    game: str
    mode: str
    asks: dict[str, Any]
