"""Events of achievements."""

from core.ids import UserId
from realtime.wire import topics
from realtime.wire.messages import Event
from realtime.wire.topics import Topic


class AchievementEarned(Event):
    """Sent when a user has earned an achievement and received its reward."""

    user_id: UserId
    achievement_id: int
    code: str
    name: str
    description: str
    xp: int
    gold: int
    gems: int

    def audience(self) -> Topic:
        return topics.user(self.user_id)
