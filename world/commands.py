"""What a client may ask over the world's socket."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from realtime.messages import Command
from world.rules import Vector

Content = Annotated[str, Meta(min_length=1, max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Id = Annotated[int, Meta(ge=1, le=2**53)]


class AuthRequest(Command):
    """Show who you are on a socket that was opened without a token: a name or e-mail with its password, or an
    access token. Refused with ``already_authenticated``, ``not_authenticated``.
    """

    username: Annotated[str, Meta(max_length=254)] | None = None
    password: Annotated[str, Meta(max_length=256)] | None = None
    token: Annotated[str, Meta(max_length=4096)] | None = None


class Disconnect(Command):
    """Close this socket; the character leaves the world."""


# -- Characters


class CharacterList(Command):
    """Ask for your characters."""


class CharacterCreate(Command):
    """Make a character, of a faction by its name. Refused with ``unknown_faction``, ``no_home``,
    ``too_many_characters``, ``character_name_taken``.
    """

    name: Name
    faction: Name


class CharacterSelect(Command):
    """Play this character of yours from now on. Refused with ``unknown_character``, ``rate_limited``."""

    character_id: Id


class CharacterUpdate(Command):
    """Ask how a character stands: yours, or one that is where yours is. Refused with
    ``unknown_character``.
    """

    character_id: Id


class CharacterDelete(Command):
    """Delete a character of yours for good. Refused with ``unknown_character``."""

    character_id: Id


# -- Moving


class Step(Struct, kw_only=True, frozen=True):
    """A position in metres; what is left out stays as it is."""

    x: float | UnsetType = UNSET
    y: float | UnsetType = UNSET
    z: float | UnsetType = UNSET


class Move(Command):
    """Walk to a place to which a path leads, or move inside this one.

    ``position`` is in metres: what is left out of x, y and z stays as it is. ``velocity`` is in metres a
    second: what is left out of it is 0. Refused with ``no_character``,
    ``not_in_play``, ``not_there``, ``no_path``, ``impossible_move``, ``rate_limited``.
    """

    to_location_id: Id | None = None
    from_location_id: Id | None = None
    position: Step | None = None
    velocity: Vector = Vector()


# -- Talking


class Chat(Command):
    """Say something to the whole world, or on the channel ``area`` to all who are where you are. Refused with
    ``no_character``, ``rate_limited``.
    """

    content: Content
    channel: Literal["world", "area"] = "world"


class Whisper(Command):
    """Say something to one user who is in the world. Refused with ``not_in_world``, ``rate_limited``."""

    to_user_id: Id
    content: Content


class FactionChat(Command):
    """Say something to your faction. Refused with ``no_character``, ``rate_limited``."""

    content: Content


class WorldAnnouncement(Command):
    """Tell everybody something, as one of the staff. Refused with ``staff_only``."""

    content: Content


# -- Parties


class PartyCreate(Command):
    """Make a party, and lead it."""

    open: bool = False


class PartyInvite(Command):
    """Invite a user to the party that you lead."""

    user_id: Id


class PartyAccept(Command):
    """Follow an invite to a party: this one, the one to this party, of this user, or the newest."""

    invite_id: Id | None = None
    party_id: Id | None = None
    user_id: Id | None = None


class PartyDecline(PartyAccept):
    """Decline an invite to a party, named as for ``party_accept``."""


class PartyLeave(Command):
    """Leave your party."""


class PartyKick(Command):
    """Send a member away, as the leader."""

    user_id: Id


class PartyDisband(Command):
    """End the party, as its leader."""


class PartyChat(Command):
    """Say something to your party."""

    content: Content
