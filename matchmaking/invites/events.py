"""Events of invites, sent to both users on all their devices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from chat.events import LobbyId
from core.shapes import about, one_of
from friends.events import Person
from matchmaking.parties.events import PartyId
from realtime.wire import topics
from realtime.wire.messages import Event
from realtime.wire.topics import Topic


class InviteInfo(Struct, kw_only=True):
    """An invite as both users see it.

    ``kind`` determines which of ``game``, ``lobby_id`` and ``party_id`` is set. ``game_id`` and ``ws_url``
    are set once accepting it has started a game.
    """

    id: int
    from_user: Person
    to_user: Person
    kind: Annotated[str, one_of(["game", "lobby", "party"])]
    game: Annotated[str | None, about("The game, if it is to one")]
    lobby_id: LobbyId | None
    party_id: PartyId | None
    status: Annotated[str, one_of(["pending", "accepted", "declined", "cancelled", "expired"])]
    created_at: datetime
    expires_at: datetime
    game_id: Annotated[UUID | UnsetType, about("The game that accepting started")] = UNSET
    ws_url: Annotated[str | UnsetType, about("The socket of that game")] = UNSET


class InviteEvent(Event, kw_only=True):
    """A change of an invite."""

    invite: InviteInfo

    def audience(self) -> tuple[Topic, ...]:
        return topics.user(self.invite.from_user.id), topics.user(self.invite.to_user.id)


class InviteCreated(InviteEvent):
    """Sent when a user is invited."""


class InviteAccepted(InviteEvent):
    """Sent when an invite is accepted and has taken effect."""


class InviteDeclined(InviteEvent):
    """Sent when an invite is declined."""


class InviteCancelled(InviteEvent):
    """Sent when an invite is cancelled, or when its game, lobby or party no longer exists."""


class InviteExpired(InviteEvent):
    """Sent when an invite expires without an answer."""
