"""The socket with the status of all friends, on which users set their own."""

from core.database import in_database
from friends import commands, events, selectors, services
from realtime.socket.consumer import Consumer, handles


class FriendsStatusConsumer(Consumer):
    """Sends the status of all friends as the first frame, also after a reconnect: there is no history."""

    opens_with = events.PresenceState
    emits = (events.Presence, events.StatusSet, events.FriendAccepted, events.FriendRemoved)

    async def opened(self) -> None:
        user_id = self.player.user_id

        async def snapshot() -> events.PresenceState:
            return await in_database(selectors.presence_state, user_id)

        await self.follow(events.friends_status_topic(user_id), snapshot, resumable=False)

    @handles(commands.SetStatus)
    async def set_status(self, command: commands.SetStatus) -> None:
        await in_database(services.set_status, user_id=self.player.user_id, status=command.status)
