"""The shared world as a program knows it: characters, places, and who is near."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self, TypeAlias

from gameplatform_client.messages import MessageType

Vector: TypeAlias = Mapping[str, float] | tuple[float, float, float]
"""``{"x": .., "y": .., "z": ..}`` or ``(x, y, z)``: metres, or metres a second."""


def vector(given: Vector) -> dict[str, float]:
    """A position or velocity as it goes over the wire."""
    if isinstance(given, tuple):
        return dict(zip("xyz", given, strict=True))
    return dict(given)


@dataclass
class Character:
    """A character, one's own or somebody's near; ``faction`` is the faction's name."""

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

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """The character that the server shows so; what is not known here is left out."""
        found = {one.name: shown[one.name] for one in fields(cls)}
        return cls(**{**found, "last_seen": datetime.fromisoformat(shown["last_seen"])})


@dataclass
class Surroundings:
    """Where one's own character is and who else is there, as the world's socket tells it."""

    own: Character | None = None
    nearby: dict[int, Character] = field(default_factory=dict)

    def hear(self, message: Mapping[str, Any]) -> None:
        """Take in what a message of the world says."""
        match message["type"]:
            case MessageType.CHAT:
                pass
