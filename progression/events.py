"""What is announced of how players grow."""

from realtime import topics
from realtime.messages import Event
from realtime.topics import Topic


class LevelUp(Event):
    """The user has reached a level; ``stat_points`` are there to allocate."""

    user_id: int
    level: int
    stat_points: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)
