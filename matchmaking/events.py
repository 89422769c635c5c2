"""Events of matchmaking. The game announces that a match was found."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, UnsetType

from core.ids import UserId
from matchmaking.parties.events import PartyId
from realtime.wire import topics
from realtime.wire.messages import Event
from realtime.wire.topics import Topic


class QueueEvent(Event):
    """A change of a user's place in the queue, sent to all their devices."""

    user_id: UserId

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class QueueJoined(QueueEvent):
    """Sent when the user's party starts waiting for a match."""

    party_id: PartyId
    game: str
    mode: str


class QueueLeft(QueueEvent):
    """Sent when the user's party stops waiting: a member has left the queue, or the party has changed."""

    party_id: PartyId
    game: str
    mode: str


class MatchProposed(QueueEvent):
    """Sent when a match is found that all players have to accept first, until ``expires_at``."""

    proposal_id: int
    game: str
    mode: str
    expires_at: datetime


class MatchCancelled(QueueEvent, kw_only=True):
    """Sent when a match is cancelled because others left before the first move, or did not accept it.

    ``reason`` is aborted (they never came), resign, timeout, forfeit or abandoned; for a match that was only
    proposed, without ``game_id``, it is declined or not_accepted. ``requeued`` tells whether the user is in
    the queue again, at the old place.
    """

    game_id: UUID | UnsetType = UNSET
    game: str
    mode: str
    reason: str
    requeued: bool


class QueueExpired(QueueEvent):
    """Sent when the user's ticket expires: no sign of them for too long, or the game is no longer offered."""

    game: str
    mode: str
