"""What matchmaking announces. That a match was found is the game's to say."""

from uuid import UUID

from realtime import topics
from realtime.messages import Event
from realtime.topics import Topic


class QueueEvent(Event):
    """What befalls the place of a user in a queue, told to all their devices."""

    user_id: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class QueueJoined(QueueEvent):
    """The user's party waits for a match, as one."""

    party_id: int
    game: str
    mode: str


class QueueLeft(QueueEvent):
    """The user's party waits no longer: one of it has left the queue, or the party has changed."""

    party_id: int
    game: str
    mode: str


class MatchCancelled(QueueEvent):
    """A match was cancelled because others left it before anybody had moved.

    ``reason`` is aborted (they never came), resign, timeout, forfeit or abandoned; ``requeued`` says whether
    the user waits in the queue again, at the old place.
    """

    game_id: UUID
    game: str
    mode: str
    reason: str
    requeued: bool


class QueueExpired(QueueEvent):
    """The user's place in the queue was given up: nothing had been heard of them for long, or the game is not
    offered any more.
    """

    game: str
    mode: str
