"""The one user socket: everything addressed to a user, on each of their devices. It transports, and
decides nothing.
"""

from game.events import MatchFound
from notifications.badges import Badge, badge
from realtime import topics
from realtime.consumer import Consumer
from realtime.worker import in_database


class NotificationsConsumer(Consumer):
    """Everything addressed to the user, on each of their devices."""

    opens_with = Badge
    tells = (MatchFound,)

    async def opened(self) -> None:
        user_id = self.player.user_id
        await self.follow(topics.user(user_id), lambda: in_database(badge, user_id))
