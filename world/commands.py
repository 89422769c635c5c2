"""Commands that a client can send on the world's socket."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from core.ids import UserId
from matchmaking.parties.events import PartyId
from realtime.wire.messages import Command
from world.rules import CharacterId, Vector

Content = Annotated[str, Meta(min_length=1, max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Id = Annotated[int, Meta(ge=1, le=2**53)]
User = Annotated[UserId, Meta(ge=1, le=2**53)]
Party = Annotated[PartyId, Meta(ge=1, le=2**53)]
Character = Annotated[CharacterId, Meta(ge=1, le=2**53)]


class AuthRequest(Command):
    """Authenticate on a socket that was opened without a token, with a password or an access token.

    ``username`` may be a name or an e-mail address. Refused with ``already_authenticated``,
    ``not_authenticated``.
    """

    username: Annotated[str, Meta(max_length=254)] | None = None
    password: Annotated[str, Meta(max_length=256)] | None = None
    token: Annotated[str, Meta(max_length=4096)] | None = None


class Disconnect(Command):
    """Close this socket; the character leaves the world."""


# -- Characters


class CharacterList(Command):
    """List your characters."""


class CharacterCreate(Command):
    """Create a character in the named faction.

    Refused with ``unknown_faction``, ``no_home``, ``too_many_characters``, ``character_name_taken``.
    """

    name: Name
    faction: Name


class CharacterSelect(Command):
    """Select the character that you play. Refused with ``unknown_character``, ``rate_limited``."""

    character_id: Character


class CharacterUpdate(Command):
    """Request the current state of one of your characters, or of a character in the same place as yours.

    Refused with ``unknown_character``.
    """

    character_id: Character


class CharacterDelete(Command):
    """Delete one of your characters permanently. Refused with ``unknown_character``."""

    character_id: Character


# -- Moving


class Step(Struct, kw_only=True, frozen=True):
    """Coordinates of a move, in metres; an omitted coordinate keeps its value."""

    x: float | UnsetType = UNSET
    y: float | UnsetType = UNSET
    z: float | UnsetType = UNSET


class Move(Command):
    """Walk to a connected place, or move within the current one.

    ``position`` is in metres; omitted coordinates keep their values. ``velocity`` is in metres per second;
    omitted components are 0. Refused with ``no_character``, ``not_in_play``, ``not_there``, ``no_path``,
    ``impossible_move``, ``rate_limited``.
    """

    to_location_id: Id | None = None
    from_location_id: Id | None = None
    position: Step | None = None
    velocity: Vector = Vector()


# -- Talking


class Chat(Command):
    """Send a chat message to the whole world, or on the channel ``area`` to everybody in the same place.

    Refused with ``muted``, ``no_character``, ``rate_limited``, ``under_age``.
    """

    content: Content
    channel: Literal["world", "area"] = "world"


class Whisper(Command):
    """Send a private message to a user who is in the world.

    Refused with ``not_in_world``, ``rate_limited``.
    """

    to_user_id: User
    content: Content


class FactionChat(Command):
    """Send a chat message to your faction. Refused with ``no_character``, ``rate_limited``."""

    content: Content


class WorldAnnouncement(Command):
    """Send an announcement to everybody in the world. Refused with ``staff_only``."""

    content: Content


# -- Parties


class PartyCreate(Command):
    """Create a party and lead it."""

    open: bool = False


class PartyInvite(Command):
    """Invite a user to the party that you lead."""

    user_id: User


class PartyAccept(Command):
    """Accept a party invite, chosen by id, party or sender; the newest if none is given."""

    invite_id: Id | None = None
    party_id: Party | None = None
    user_id: User | None = None


class PartyDecline(PartyAccept):
    """Decline a party invite, chosen as in ``party_accept``."""


class PartyLeave(Command):
    """Leave your party."""


class PartyKick(Command):
    """Remove a member from the party that you lead."""

    user_id: User


class PartyDisband(Command):
    """Disband the party that you lead."""


class PartyChat(Command):
    """Send a chat message to your party."""

    content: Content
