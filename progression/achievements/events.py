"""What is announced of achievements."""

from realtime import topics
from realtime.messages import Event
from realtime.topics import Topic


class AchievementEarned(Event):
    """The user has reached a goal, and been given what it gives."""

    user_id: int
    achievement_id: int
    code: str
    name: str
    description: str
    xp: int
    gold: int
    gems: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)
