"""The one user socket: everything addressed to a user, on each of their devices. It transports, and
decides nothing.
"""

from notifications.badges import badge
from realtime import topics
from realtime.consumer import Consumer
from realtime.worker import in_database


class NotificationsConsumer(Consumer):
    """Follows the user's stream; the first frame is the badge."""

    async def opened(self) -> None:
        user_id = self.player.user_id
        await self.follow(topics.user(user_id), lambda: in_database(badge, user_id))
