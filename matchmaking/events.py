"""What matchmaking announces. That a match was found is the game's to say."""

from realtime import topics
from realtime.messages import Event
from realtime.topics import Topic


class QueueJoined(Event):
    """The user's party waits for a match, as one."""

    user_id: int
    party_id: int
    game: str
    mode: str

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class QueueLeft(Event):
    """The user's party waits no longer: one of it has left the queue, or the party has changed."""

    user_id: int
    party_id: int
    game: str
    mode: str

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class QueueExpired(Event):
    """The user's place in the queue was given up: nothing had been heard of them for long, or the game is not
    offered any more.
    """

    user_id: int
    game: str
    mode: str

    def audience(self) -> Topic:
        return topics.user(self.user_id)
