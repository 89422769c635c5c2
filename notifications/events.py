"""What notifications say of themselves; all else on their socket is announced by the apps it is about."""

from realtime import topics
from realtime.messages import Ephemeral, Event
from realtime.topics import Topic


class Badge(Event):
    """How much waits for the user: unread direct messages by sender, invites to answer, and all together.

    It is the first frame, and comes again whenever something of it has changed.
    """

    user_id: int
    dm: dict[str, int]
    invites: int
    total: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class Announcement(Ephemeral):
    """The operators have something to say to everybody who is here."""

    id: str
    message: str

    def audience(self) -> Topic:
        return topics.everybody()

    def coalescing_key(self) -> str:
        # Each of several is heard.
        return f"announcement {self.id}"
