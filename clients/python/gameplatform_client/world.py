"""The shared world as seen by a program: characters, places, and nearby players."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self, TypeAlias

from gameplatform_client import messages
from gameplatform_client.channel import Channel
from gameplatform_client.messages import MessageType
from gameplatform_client.protocol import Message
from gameplatform_client.records import Record

Vector: TypeAlias = Mapping[str, float] | tuple[float, float, float]
"""``{"x": .., "y": .., "z": ..}`` or ``(x, y, z)``, in metres or metres per second."""

Faction: TypeAlias = messages.WorldFactionInfo
Location: TypeAlias = messages.WorldLocationInfo
OwnCharacter: TypeAlias = messages.WorldOwnCharacter
Shard: TypeAlias = messages.WorldShardInfo


def vector(given: Vector) -> dict[str, float]:
    """Return a position or velocity in wire format."""
    return dict(zip("xyz", given, strict=True)) if isinstance(given, tuple) else dict(given)


class NearbyPlayer(Record):
    """A character in the same place as the user's; ``faction`` is the faction's name."""

    character_id: int
    user_id: int
    character_name: str
    location_id: int
    position: messages.WorldVector
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: datetime

    @classmethod
    def shown(cls, character: Mapping[str, Any]) -> Self:
        """Create it from a character in a message, ignoring other fields."""
        found = cls({name: character[name] for name in cls.__annotations__})
        found.last_seen = datetime.fromisoformat(character["last_seen"])
        return found


class WorldState(Record):
    """The state of the world; ``current_reality`` is the name of the faction whose reality it is."""

    current_reality: str | None
    epoch: int
    factions: list[Faction]
    locations: list[Location]
    online: int


class WorldChannel(Channel):
    """The socket of the shared world, which tracks nearby players."""

    present: dict[int, NearbyPlayer]
    """The characters in the same place, the user's included, by ``character_id``."""

    def _note(self, message: Message) -> None:
        match message:
            case {"type": MessageType.WORLD_STATE | MessageType.AREA_STATE, "area": area}:
                members = [] if area is None else area["members"]
                self.present = {member["character_id"]: NearbyPlayer.shown(member) for member in members}
            case {"type": MessageType.PLAYER_JOINED_AREA, "character": character}:
                self.present[character["character_id"]] = NearbyPlayer.shown(character)
            case {"type": MessageType.PLAYER_LEFT_AREA, "character_id": character_id}:
                self.present.pop(character_id, None)
            case {"type": MessageType.CHARACTER_UPDATE, "character_id": character_id}:
                self.present[character_id] = NearbyPlayer.shown(message)
            case {"type": MessageType.LOCATION_UPDATE, "moves": moves}:
                for character_id, x, y, z, *_ in moves:
                    if character_id in self.present:
                        self.present[character_id].position = messages.WorldVector(x=x, y=y, z=z)
