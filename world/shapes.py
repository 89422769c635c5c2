"""The answers of the world's routes beside what the sockets carry too, which ``events`` declares."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Struct

from core.shapes import about
from world.events import FactionInfo, LocationInfo


class World(Struct, kw_only=True, frozen=True):
    """The state of the world."""

    current_reality: Annotated[str | None, about("The faction that rules")]
    epoch: int
    factions: list[FactionInfo]
    locations: list[LocationInfo]
    online: int


class WorldEvent(Struct, kw_only=True, frozen=True):
    """An event that was announced to the whole world."""

    id: int
    type: str
    detail: dict[str, Any]
    created_at: datetime


class EncryptionKey(Struct, kw_only=True, frozen=True):
    """A Fernet key."""

    key: str
