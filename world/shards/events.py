"""Events of shards, sent to the whole world, and the state of the world with them."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from core.shapes import about
from realtime.wire.messages import Event, Reply
from realtime.wire.topics import Topic
from world.events import Area, CharacterInfo, FactionInfo, LocationInfo, world_topic
from world.rules import CharacterId

Status = Literal["channelling", "contested", "broken"]


class CaptureInfo(Struct, kw_only=True):
    """A capture in progress.

    It takes ``remaining_s`` more seconds, until ``due_at``, which is null while contested.
    """

    character_id: CharacterId
    character_name: str
    faction: str
    contested: Annotated[bool, about("Whether a present enemy blocks it")]
    remaining_s: float
    due_at: Annotated[datetime | None, about("null while it is contested")]


class ShardInfo(Struct, kw_only=True):
    """A shard: its place, the name of its owner, and the capture in progress."""

    id: int
    name: str
    location_id: int
    faction: Annotated[str | None, about("The name of the faction that holds it")]
    capture: CaptureInfo | None


class ToTheWorld(Event):
    """Base of the events sent to everybody in the world."""

    def audience(self) -> Topic:
        return world_topic()


class ShardStatus(ToTheWorld):
    """Sent when a capture begins, is contested, continues or is broken off."""

    answers: ClassVar[tuple[str, ...]] = ("shard_captured",)

    shard_id: int
    status: Status
    shard: ShardInfo


class ShardCaptured(ToTheWorld):
    """Sent when a faction has captured a shard; ``shard_name`` equals ``name``."""

    shard_id: int
    name: str
    shard_name: str
    location_id: int
    faction: str
    previous_faction: str | None
    character_id: CharacterId
    character_name: str


class RealityShift(ToTheWorld):
    """Sent when a faction holds more than half of the shards and thereby controls reality."""

    faction: str
    previous_faction: str | None
    epoch: int


class Aetherfall(ToTheWorld):
    """Sent when a faction held every shard: they are scattered, without owners, and a new epoch begins."""

    faction: str
    epoch: int
    shards: list[ShardInfo]


class WorldState(Reply, kw_only=True):
    """The state of the world: the first frame. ``you`` is your character in play, and ``area`` who is where
    it is; both are null until a character is selected.
    """

    epoch: int
    current_reality: str | None
    factions: list[FactionInfo]
    locations: list[LocationInfo]
    shards: list[ShardInfo]
    online: int
    you: CharacterInfo | None
    area: Area | None
    recovered: bool | UnsetType = UNSET
