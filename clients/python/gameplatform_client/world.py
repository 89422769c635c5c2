"""The shared world as a program knows it: characters, places, and who is near."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from gameplatform_client.channel import Channel
from gameplatform_client.messages import MessageType
from gameplatform_client.protocol import Message

Vector: TypeAlias = Mapping[str, float] | tuple[float, float, float]
"""``{"x": .., "y": .., "z": ..}`` or ``(x, y, z)``: metres, or metres a second."""

Shape = TypeVar("Shape")


def vector(given: Vector) -> dict[str, float]:
    """A position or velocity as it goes over the wire."""
    return dict(zip("xyz", given, strict=True)) if isinstance(given, tuple) else dict(given)


def read(kind: type[Shape], shown: Mapping[str, Any]) -> Shape:
    """What the server shows as an object; fields that are not known here are left out."""
    found = {field.name: shown[field.name] for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if "last_seen" in found:
        found["last_seen"] = datetime.fromisoformat(found["last_seen"])
    return kind(**found)


@dataclass(frozen=True)
class OwnCharacter:
    """A character of one's own; ``faction`` is the faction's name."""

    id: int
    name: str
    faction: str
    location_id: int
    level: int
    health: int
    max_health: int
    selected: bool


@dataclass
class NearbyPlayer:
    """A character that is where one's own is; ``faction`` is the faction's name."""

    character_id: int
    user_id: int
    character_name: str
    location_id: int
    position: dict[str, float]
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: datetime


@dataclass(frozen=True)
class Faction:
    """One of the sides, with how many shards it holds."""

    id: int
    name: str
    shards: int


@dataclass(frozen=True)
class Location:
    """A place, with the ids of those to which paths lead."""

    id: int
    name: str
    paths: list[int]


@dataclass(frozen=True)
class Shard:
    """A crystal shard; ``faction`` is the name of who holds it."""

    id: int
    name: str
    location_id: int
    faction: str | None


@dataclass(frozen=True)
class WorldState:
    """How the world stands; ``current_reality`` is the name of the faction whose reality it is."""

    current_reality: str | None
    epoch: int
    factions: list[Faction]
    locations: list[Location]
    online: int


class WorldChannel(Channel):
    """The socket of the shared world, which keeps who is near."""

    present: dict[int, NearbyPlayer]
    """Who is where one's own character is, that one included, by ``character_id``."""

    def _note(self, message: Message) -> None:
        match message:
            case {"type": MessageType.WORLD_STATE | MessageType.AREA_STATE, "area": area}:
                members = [] if area is None else area["members"]
                self.present = {member["character_id"]: read(NearbyPlayer, member) for member in members}
            case {"type": MessageType.PLAYER_JOINED_AREA, "character": character}:
                self.present[character["character_id"]] = read(NearbyPlayer, character)
            case {"type": MessageType.PLAYER_LEFT_AREA, "character_id": character_id}:
                self.present.pop(character_id, None)
            case {"type": MessageType.CHARACTER_UPDATE, "character_id": character_id}:
                self.present[character_id] = read(NearbyPlayer, message)
            case {"type": MessageType.LOCATION_UPDATE, "moves": moves}:
                for character_id, x, y, z, *_ in moves:
                    if character_id in self.present:
                        self.present[character_id].position = {"x": x, "y": y, "z": z}
