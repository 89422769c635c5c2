"""Limits of movement in the world: distance, speed and bounds. Pure functions."""

import math
from typing import NamedTuple, NewType

from msgspec import Struct

CharacterId = NewType("CharacterId", int)

TOP_SPEED = 12.0
"""The maximum speed of every character, in metres per second."""
BURST_S = 0.5
"""Seconds of travel that one move may cover at once, because the network delivers moves in bursts."""


class Vector(Struct, kw_only=True, frozen=True):
    """A position in metres, or a velocity in metres a second."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class Position(NamedTuple):
    """A character's position in a place."""

    character_id: CharacterId
    location_id: int
    at: Vector


class SpeedBudget:
    """The distance that a character may cover now; grows with time and shrinks with each move."""

    __slots__ = ("_at", "_metres")

    def __init__(self, now: float, rested_s: float) -> None:
        self._at = now
        self._metres = TOP_SPEED * min(max(rested_s, 0.0), BURST_S)

    def spend(self, metres: float, now: float) -> bool:
        """Spend this distance at the time ``now`` (seconds).

        Return False, spending nothing, if it is too far.
        """
        metres_there = min(self._metres + TOP_SPEED * (now - self._at), TOP_SPEED * BURST_S)
        self._at = now
        self._metres = metres_there - metres if metres <= metres_there else metres_there
        return metres <= metres_there


def distance(one: Vector, other: Vector) -> float:
    """Return the distance between two positions in metres."""
    return math.dist((one.x, one.y, one.z), (other.x, other.y, other.z))


def is_inside(position: Vector, size: float) -> bool:
    """Return whether the position lies in a place of this size."""
    return max(abs(position.x), abs(position.y), abs(position.z)) <= size


def is_possible(velocity: Vector) -> bool:
    """Return whether the velocity is within the maximum speed, with a tolerance for rounding."""
    return distance(velocity, Vector()) <= TOP_SPEED * 1.01
