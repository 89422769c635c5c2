"""Events of the shared world, and their audiences."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from core.ids import UserId
from core.shapes import about
from matchmaking.parties.events import PartyId
from realtime.wire import topics
from realtime.wire.messages import Ephemeral, Event, Internal, MessageId, Reply
from realtime.wire.topics import Topic
from world.rules import CharacterId, Vector

Departure = Literal["moved", "disconnected", "died", "deselected", "deleted", "out_of_sight"]


def world_topic() -> Topic:
    """Return the topic of everybody in the world."""
    return Topic("world")


def area_topic(location_id: int) -> Topic:
    """Return the topic of the characters in one place."""
    return Topic(f"area_{location_id}")


def faction_topic(faction_id: int) -> Topic:
    """Return the topic of the characters of one faction that are in play."""
    return Topic(f"faction_{faction_id}")


class CharacterInfo(Struct, kw_only=True, frozen=True):
    """A character as everybody sees it; ``faction`` is the faction's name."""

    character_id: CharacterId
    user_id: UserId
    character_name: str
    location_id: int
    position: Vector
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: datetime


class FactionInfo(Struct, kw_only=True, frozen=True):
    """A faction; ``shards`` is the number of shards it holds."""

    id: int
    name: str
    colour: str
    description: str
    shards: Annotated[int, about("The number of shards it holds")]


class LocationInfo(Struct, kw_only=True, frozen=True):
    """A place on the map.

    ``paths`` lists the places that can be reached from it, ``faction`` names the faction whose home it is.

    ``x`` and ``y`` are its position on a map of 100 by 100. Positions inside it range from ``-size`` to
    ``size``.
    """

    id: int
    name: str
    description: str
    faction: Annotated[str | None, about("The faction whose home it is")]
    x: float
    y: float
    size: Annotated[float, about("Positions range from -size to size, in metres")]
    paths: list[int]


class Area(Struct, kw_only=True, frozen=True):
    """A place and the characters in it, or those in sight in a place that is not seen whole."""

    location_id: int
    members: list[CharacterInfo]


class AreaState(Reply, kw_only=True):
    """The place of your character and everybody in sight, yourself included; null if you play no character.

    Sent when your character arrives there.
    """

    area: Area | None


class AuthResponse(Reply, kw_only=True):
    """Confirms that you are signed in on this socket.

    The tokens are included after a sign-in by password. The key is included if the socket was opened with
    ``?encrypted=session``: all later frames are encrypted with it.
    """

    user_id: UserId
    username: str
    access: str | UnsetType = UNSET
    refresh: str | UnsetType = UNSET
    encryption_key: str | UnsetType = UNSET


class InArea(Event, kw_only=True):
    """Base of the events sent to everybody in a place."""

    location_id: int

    def audience(self) -> Topic:
        return area_topic(self.location_id)


class PlayerJoinedArea(InArea, kw_only=True):
    """Sent when a character arrives in your place, or comes into sight in a place that is not seen whole."""

    character: CharacterInfo


class PlayerLeftArea(InArea, kw_only=True):
    """Sent when a character leaves your place or the world, or is out of sight in a place not seen whole."""

    character_id: CharacterId
    user_id: UserId
    character_name: str
    reason: Departure


class Moved(Struct, kw_only=True, frozen=True, array_like=True):
    """The position and velocity of a character: ``[character_id, x, y, z, vx, vy, vz]``."""

    character_id: CharacterId
    x: float
    y: float
    z: float
    vx: float
    vy: float
    vz: float


class LocationUpdate(Ephemeral, kw_only=True):
    """Characters in your place that moved since the last update.

    Each is ``[character_id, x, y, z, vx, vy, vz]``. Sent at most 20 times a second, and at once in answer to
    a ``move`` with an ``id``. A character that is not among the members you know has just left or is about to
    arrive.
    """

    location_id: int
    moves: list[Moved]
    ref: MessageId | UnsetType = UNSET

    def audience(self) -> Topic:
        return area_topic(self.location_id)

    def coalescing_key(self) -> str:
        return "moves"


class CharacterUpdate(Event, kw_only=True):
    """The current state of a character. Also sent after an impossible move, to reset the position."""

    character_id: CharacterId
    user_id: UserId
    character_name: str
    location_id: int
    position: Vector
    level: int
    faction: str
    health: int
    max_health: int
    last_seen: datetime
    ref: MessageId | UnsetType = UNSET

    def audience(self) -> Topic:
        return area_topic(self.location_id)


class OwnCharacter(Struct, kw_only=True, frozen=True):
    """One of your own characters; ``selected`` marks the one that you play."""

    id: CharacterId
    name: str
    faction: str
    location_id: int
    position: Vector
    level: int
    health: int
    max_health: int
    selected: Annotated[bool, about("Whether it is the selected one")]
    last_seen: datetime
    created_at: datetime


class CharacterList(Reply, kw_only=True):
    """Your characters, oldest first."""

    characters: list[OwnCharacter]


class CharacterCreate(Reply, kw_only=True):
    """Your new character."""

    character: OwnCharacter


class CharacterSelect(Reply, kw_only=True):
    """The character that you play from now on; ``area_state`` follows."""

    character: OwnCharacter


class CharacterDelete(Reply, kw_only=True):
    """Sent when one of your characters was deleted."""

    character_id: CharacterId


class Said(Event, kw_only=True):
    """Base of chat messages: ``sender_id`` is a user's id, ``sender_name`` a character's name."""

    sender_id: UserId
    sender_name: str
    content: str


class Chat(Said, kw_only=True):
    """A chat message to everybody in the world, or in the place ``location_id``."""

    channel: Literal["area", "world"]
    location_id: int

    def audience(self) -> Topic:
        return world_topic() if self.channel == "world" else area_topic(self.location_id)


class Whisper(Said, kw_only=True):
    """A private message, sent to the recipient and to its sender."""

    channel: Literal["whisper"] = "whisper"
    to_user_id: UserId

    def audience(self) -> tuple[Topic, ...]:
        return tuple({topics.in_world(self.to_user_id), topics.in_world(self.sender_id)})


class FactionChat(Said, kw_only=True):
    """A chat message to a faction."""

    channel: Literal["faction"] = "faction"
    faction_id: int

    def audience(self) -> Topic:
        return faction_topic(self.faction_id)


class WorldAnnouncement(Said, kw_only=True):
    """An announcement by the staff to everybody in the world."""

    channel: Literal["announcement"] = "announcement"

    def audience(self) -> Topic:
        return world_topic()


class PartyInvite(Event, kw_only=True):
    """An invite to a party, sent to the invited user and to the leader."""

    invite_id: int
    party_id: PartyId
    from_user_id: UserId
    from_username: str
    to_user_id: UserId
    expires_at: datetime

    def audience(self) -> tuple[Topic, ...]:
        return topics.in_world(self.to_user_id), topics.in_world(self.from_user_id)


class PartyDecline(Event, kw_only=True):
    """Sent to both users when an invite to a party was declined."""

    invite_id: int
    party_id: PartyId
    from_user_id: UserId
    to_user_id: UserId

    def audience(self) -> tuple[Topic, ...]:
        return topics.in_world(self.to_user_id), topics.in_world(self.from_user_id)


class CharacterLeftArea(Internal, kw_only=True):
    """A character left a place or the world. Whatever ties it to that place must end."""

    character_id: CharacterId
    user_id: UserId
    location_id: int
    reason: Departure


class CharacterEnteredArea(Internal, kw_only=True):
    """A character in play arrived in a place."""

    character_id: CharacterId
    user_id: UserId
    faction_id: int
    location_id: int


class VisitChanged(Internal, kw_only=True):
    """A socket's character or its location changed, so the socket must subscribe to another place."""

    user_id: UserId
    socket: str


class CharacterChanged(Internal, kw_only=True):
    """The health or the level of a character was changed. Its position here is the stored one."""

    character: CharacterInfo
