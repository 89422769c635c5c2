"""How far and how fast one moves in the world. Pure."""

import math
from typing import NamedTuple

from msgspec import Struct

TOP_SPEED = 12.0
"""Metres a second that any character moves at most."""
BURST_S = 0.5
"""The network brings moves unevenly: so many seconds' way may come at once."""


class Vector(Struct, kw_only=True, frozen=True):
    """A position in metres, or a velocity in metres a second."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class Position(NamedTuple):
    """Where a character is in a place."""

    character_id: int
    location_id: int
    at: Vector


class Pace:
    """The way that a character may go at this moment: it grows with time, and each move takes of it."""

    __slots__ = ("_at", "_metres")

    def __init__(self, now: float, rested_s: float) -> None:
        self._at = now
        self._metres = TOP_SPEED * min(max(rested_s, 0.0), BURST_S)

    def take(self, metres: float, now: float) -> bool:
        """Whether the character can have gone so far by now, in seconds; if so, that is taken."""
        metres_there = min(self._metres + TOP_SPEED * (now - self._at), TOP_SPEED * BURST_S)
        self._at = now
        self._metres = metres_there - metres if metres <= metres_there else metres_there
        return metres <= metres_there


def distance(one: Vector, other: Vector) -> float:
    """Metres between two positions."""
    return math.dist((one.x, one.y, one.z), (other.x, other.y, other.z))


def is_inside(position: Vector, size: float) -> bool:
    """Whether the position is in a place of this size."""
    return max(abs(position.x), abs(position.y), abs(position.z)) <= size


def is_possible(velocity: Vector) -> bool:
    """Whether a character can be so fast; a little more is rounding."""
    return distance(velocity, Vector()) <= TOP_SPEED * 1.01
