"""The answers of the chat routes; members and messages, which sockets carry too, are in ``events``."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from chat import rules
from chat.events import DirectText, LobbyId, Member
from chat.models import Lobby, Membership, Sanction
from core.ids import UserId
from core.shapes import about, one_of
from friends.events import Person


class OneLobby(Struct, kw_only=True, frozen=True):
    """A lobby."""

    id: LobbyId
    name: Annotated[str, about("The slug of the title")]
    title: str
    is_public: bool
    max_participants: int
    game: Annotated[str, about("Empty: any")]
    status: Annotated[str, one_of(Lobby.Status.values)]
    owner: Person | None
    member_count: int
    role: Annotated[str | None, one_of(Membership.Role.values, "The caller's")]
    unread: Annotated[
        int, about(f"Messages that the caller, a member, has not read, up to {rules.MAX_UNREAD}")
    ]
    created_at: datetime
    closed_at: datetime | None
    ws_url: str


class LobbyWithMembers(OneLobby, kw_only=True, frozen=True):
    """A lobby and its members."""

    members: list[Member]


class Left(Struct, kw_only=True, frozen=True):
    """The result of leaving."""

    status: Annotated[str, one_of(["left", "not_a_member"])]


class Started(Struct, kw_only=True, frozen=True):
    """The started game."""

    game_id: UUID
    ws_url: str


class OneSanction(Struct, kw_only=True, frozen=True):
    """A ban or a mute in force."""

    user: Person
    kind: Annotated[str, one_of(Sanction.Kind.values)]
    reason: str
    by_id: UserId | None
    created_at: datetime
    until: datetime | None


class OneReport(Struct, kw_only=True, frozen=True):
    """A report of a message in a lobby, as shown to the reporter."""

    id: int
    message_id: int
    created_at: datetime


class MadeReport(Struct, kw_only=True, frozen=True):
    """A report, as shown to the reporter."""

    id: int
    kind: Annotated[str, one_of(["message", "direct", "name", "game"])]
    created_at: datetime


class NewReport(Struct, kw_only=True):
    """A report of a direct message, a name, or a player of a game, with the ids that belong to its kind."""

    kind: Literal["direct", "name", "game"]
    message_id: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    user_id: Annotated[UserId, Meta(ge=1, le=2**63 - 1)] | None = None
    game_id: UUID | None = None
    reason: Annotated[str, Meta(max_length=200)] = ""


class Thread(Struct, kw_only=True, frozen=True):
    """A conversation with a friend."""

    user: Annotated[Person, about("The friend")]
    last_message: DirectText | None
    last_at: datetime
    unread: int
    ws_url: str


class Unread(Struct, kw_only=True, frozen=True):
    """The friend's remaining unread messages."""

    unread: int
