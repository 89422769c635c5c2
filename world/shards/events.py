"""What becomes of shards, told to the whole world, and how the world stands with them."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from realtime import topics
from realtime.messages import Event, Reply
from realtime.topics import Topic
from world.events import Area, CharacterInfo, FactionInfo, LocationInfo

Status = Literal["channelling", "contested", "broken"]


class CaptureInfo(Struct, kw_only=True):
    """A capture under way: it takes ``remaining_s`` more, until ``due_at``; contested, that is unset."""

    character_id: int
    character_name: str
    faction: str
    contested: bool
    remaining_s: float
    due_at: datetime | None


class ShardInfo(Struct, kw_only=True):
    """A shard: where it is, the name of whose it is, and who is capturing it."""

    id: int
    name: str
    location_id: int
    faction: str | None
    capture: CaptureInfo | None


class ToTheWorld(Event):
    """Anything of which the whole world hears."""

    def audience(self) -> Topic:
        return topics.world()


class ShardStatus(ToTheWorld):
    """A capture has begun, is held up by an enemy, goes on, or has come to nothing."""

    answers: ClassVar[tuple[str, ...]] = ("shard_captured",)

    shard_id: int
    status: Status
    shard: ShardInfo


class ShardCaptured(ToTheWorld):
    """A faction holds a shard; ``shard_name`` is ``name``."""

    shard_id: int
    name: str
    shard_name: str
    location_id: int
    faction: str
    previous_faction: str | None
    character_id: int
    character_name: str


class RealityShift(ToTheWorld):
    """A faction holds more than half of the shards: reality is theirs."""

    faction: str
    previous_faction: str | None
    epoch: int


class Aetherfall(ToTheWorld):
    """A faction held every shard: they lie scattered now, nobody's, and a new epoch begins."""

    faction: str
    epoch: int
    shards: list[ShardInfo]


class WorldState(Reply, kw_only=True):
    """How the world stands: the first frame. ``you`` is your character in play, and ``area`` who is where it
    is; both are null until a character is selected.
    """

    epoch: int
    current_reality: str | None
    factions: list[FactionInfo]
    locations: list[LocationInfo]
    shards: list[ShardInfo]
    online: int
    you: CharacterInfo | None
    area: Area | None
