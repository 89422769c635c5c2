"""What is told of the shared world, and to whom."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from realtime import topics
from realtime.messages import Event, Internal, Reply
from realtime.topics import Topic

Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]
Departure = Literal["moved", "disconnected", "died", "deselected", "deleted"]


class Vector(Struct, kw_only=True, frozen=True):
    """A position in metres, or a velocity in metres a second."""

    x: Coordinate = 0.0
    y: Coordinate = 0.0
    z: Coordinate = 0.0


class CharacterInfo(Struct, kw_only=True, frozen=True):
    """A character as everybody sees it; ``faction`` is the faction's name."""

    character_id: int
    user_id: int
    character_name: str
    location_id: int
    position: Vector
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: datetime


class FactionInfo(Struct, kw_only=True, frozen=True):
    """One of the sides; ``shards`` is how many of the shards it holds."""

    id: int
    name: str
    colour: str
    description: str
    shards: int


class LocationInfo(Struct, kw_only=True, frozen=True):
    """A place: ``paths`` are the places one walks to from it, ``faction`` the name of whose home it is.

    ``x`` and ``y`` put it on a map of 100 by 100. Positions inside go from ``-size`` to ``size``.
    """

    id: int
    name: str
    description: str
    faction: str | None
    x: float
    y: float
    size: float
    paths: list[int]


class Area(Struct, kw_only=True, frozen=True):
    """Who is in a place."""

    location_id: int
    members: list[CharacterInfo]


class AreaState(Reply):
    """Who is where your character has come to, the character included; null without a character in play."""

    area: Area | None


class WorldState(Reply):
    """How the world stands: the first frame. ``you`` is your character in play, and ``area`` who is where it
    is; both are null until a character is selected.
    """

    epoch: int
    current_reality: str | None
    factions: list[FactionInfo]
    locations: list[LocationInfo]
    online: int
    you: CharacterInfo | None
    area: Area | None


class AuthResponse(Reply):
    """You are signed in on this socket. The tokens are there if it was by password."""

    user_id: int
    username: str
    access: str | UnsetType = UNSET
    refresh: str | UnsetType = UNSET


class InArea(Event, kw_only=True):
    """Anything that is told to who is in a place."""

    location_id: int

    def audience(self) -> Topic:
        return topics.area(self.location_id)


class PlayerJoinedArea(InArea):
    """A character has come."""

    character: CharacterInfo


class PlayerLeftArea(InArea):
    """A character is not here any more."""

    character_id: int
    user_id: int
    character_name: str
    reason: Departure


class CharacterLeftArea(Internal):
    """A character went from a place, or out of play: what binds it to that place ends."""

    character_id: int
    user_id: int
    location_id: int
    reason: Departure


class CharacterEnteredArea(Internal):
    """A character in play has come to a place."""

    character_id: int
    user_id: int
    faction_id: int
    location_id: int


class VisitChanged(Internal):
    """The character that a socket plays, or where it is, was changed: it has to hear another place."""

    user_id: int
    socket: str
