"""What is told of the shared world, and to whom."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from realtime import topics
from realtime.messages import Ephemeral, Event, Internal, MessageId, Reply
from realtime.topics import Topic
from world.rules import Vector

Departure = Literal["moved", "disconnected", "died", "deselected", "deleted"]


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


class AreaState(Reply, kw_only=True):
    """Who is where your character has come to, the character included; null without a character in play."""

    area: Area | None


class AuthResponse(Reply, kw_only=True):
    """You are signed in on this socket. The tokens are there if it was by password, the key if the socket was
    opened with ``?encrypted=session``: what follows is encrypted with it.
    """

    user_id: int
    username: str
    access: str | UnsetType = UNSET
    refresh: str | UnsetType = UNSET
    encryption_key: str | UnsetType = UNSET


class InArea(Event, kw_only=True):
    """Anything that is told to who is in a place."""

    location_id: int

    def audience(self) -> Topic:
        return topics.area(self.location_id)


class PlayerJoinedArea(InArea, kw_only=True):
    """A character has come."""

    character: CharacterInfo


class PlayerLeftArea(InArea, kw_only=True):
    """A character is not here any more."""

    character_id: int
    user_id: int
    character_name: str
    reason: Departure


class Moved(Struct, kw_only=True, frozen=True, array_like=True):
    """Where a character is and how fast it goes: ``[character_id, x, y, z, vx, vy, vz]``."""

    character_id: int
    x: float
    y: float
    z: float
    vx: float
    vy: float
    vz: float


class LocationUpdate(Ephemeral, kw_only=True):
    """Who has moved in your place since the last one, each as ``[character_id, x, y, z, vx, vy, vz]``.

    It comes at most 20 times a second, and at once as the answer to a move of yours with an ``id``. Who is
    not among the members has just left, or is about to come.
    """

    location_id: int
    moves: list[Moved]
    ref: MessageId | UnsetType = UNSET

    def audience(self) -> Topic:
        return topics.area(self.location_id)

    def coalescing_key(self) -> str:
        return "moves"


class CharacterUpdate(Event, kw_only=True):
    """How a character stands now; it is also sent to who moved impossibly, to be put back."""

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
    ref: MessageId | UnsetType = UNSET

    def audience(self) -> Topic:
        return topics.area(self.location_id)


class OwnCharacter(Struct, kw_only=True, frozen=True):
    """One of your characters; the selected one is the one that you play."""

    id: int
    name: str
    faction: str
    location_id: int
    position: Vector
    level: int
    health: int
    max_health: int
    selected: bool
    last_seen: datetime
    created_at: datetime


class CharacterList(Reply, kw_only=True):
    """Your characters, the eldest first."""

    characters: list[OwnCharacter]


class CharacterCreate(Reply, kw_only=True):
    """Your new character."""

    character: OwnCharacter


class CharacterSelect(Reply, kw_only=True):
    """The character that you play now; ``area_state`` follows."""

    character: OwnCharacter


class CharacterDelete(Reply, kw_only=True):
    """A character of yours is deleted."""

    character_id: int


class Said(Event, kw_only=True):
    """Something that was said: ``sender_id`` is the user, ``sender_name`` the character's name."""

    sender_id: int
    sender_name: str
    content: str


class Chat(Said, kw_only=True):
    """Said to a place, whose id is ``location_id``, or to the world."""

    channel: Literal["area", "world"]
    location_id: int

    def audience(self) -> Topic:
        return topics.world() if self.channel == "world" else topics.area(self.location_id)


class Whisper(Said, kw_only=True):
    """Said to one user; the sender hears it too."""

    channel: Literal["whisper"] = "whisper"
    to_user_id: int

    def audience(self) -> tuple[Topic, ...]:
        return tuple({topics.in_world(self.to_user_id), topics.in_world(self.sender_id)})


class FactionChat(Said, kw_only=True):
    """Said to a faction."""

    channel: Literal["faction"] = "faction"
    faction_id: int

    def audience(self) -> Topic:
        return topics.faction(self.faction_id)


class WorldAnnouncement(Said, kw_only=True):
    """Said by the staff to everybody."""

    channel: Literal["announcement"] = "announcement"

    def audience(self) -> Topic:
        return topics.world()


class PartyInvite(Event, kw_only=True):
    """Somebody invites you to a party, or your invite is on its way: both hear it."""

    invite_id: int
    party_id: int
    from_user_id: int
    from_username: str
    to_user_id: int
    expires_at: datetime

    def audience(self) -> tuple[Topic, ...]:
        return topics.in_world(self.to_user_id), topics.in_world(self.from_user_id)


class PartyDecline(Event, kw_only=True):
    """An invite to a party was declined: both hear it."""

    invite_id: int
    party_id: int
    from_user_id: int
    to_user_id: int

    def audience(self) -> tuple[Topic, ...]:
        return topics.in_world(self.to_user_id), topics.in_world(self.from_user_id)


class CharacterLeftArea(Internal, kw_only=True):
    """A character went from a place, or out of play: what binds it to that place ends."""

    character_id: int
    user_id: int
    location_id: int
    reason: Departure


class CharacterEnteredArea(Internal, kw_only=True):
    """A character in play has come to a place."""

    character_id: int
    user_id: int
    faction_id: int
    location_id: int


class VisitChanged(Internal, kw_only=True):
    """The character that a socket plays, or where it is, was changed: it has to hear another place."""

    user_id: int
    socket: str


class CharacterChanged(Internal, kw_only=True):
    """The health or the level of a character was changed. Its position here is the stored one."""

    character: CharacterInfo
