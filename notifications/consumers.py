"""The notifications socket: delivers everything addressed to a user."""

from django.conf import settings

from chat.events import Mention
from friends import events as friends
from game.events import MatchFound, YourTurn
from matchmaking.events import MatchCancelled, MatchProposed, QueueExpired, QueueJoined, QueueLeft
from matchmaking.invites.events import (
    InviteAccepted,
    InviteCancelled,
    InviteCreated,
    InviteDeclined,
    InviteExpired,
)
from matchmaking.parties.events import PartyChat, PartyUpdate
from notifications.badges import badge_of
from notifications.commands import SetVisible
from notifications.events import Announcement, Badge, Maintenance, SupportMessage
from notifications.push import live as push
from progression.achievements.events import AchievementEarned
from progression.events import LevelUp
from realtime.socket.consumer import handles
from realtime.wire import topics
from voice.consumers import VoiceConsumer
from world.trading.events import TradeRequest


class NotificationsConsumer(VoiceConsumer):
    """Everything addressed to the user, on all of their devices, and voice."""

    opens_with = Badge
    emits = (
        MatchFound,
        YourTurn,
        QueueJoined,
        QueueLeft,
        MatchProposed,
        MatchCancelled,
        QueueExpired,
        InviteCreated,
        InviteAccepted,
        InviteDeclined,
        InviteCancelled,
        InviteExpired,
        PartyUpdate,
        PartyChat,
        Mention,
        LevelUp,
        AchievementEarned,
        TradeRequest,
        SupportMessage,
        friends.FriendRequest,
        friends.FriendRequestClosed,
        friends.FriendAccepted,
        friends.FriendRemoved,
        friends.PresenceHint,
        friends.PlayerBlocked,
        friends.PlayerUnblocked,
        *VoiceConsumer.voice_emits,
    )
    emits_unsequenced = (Announcement, Maintenance, *VoiceConsumer.voice_emits_unsequenced)

    _is_visible = False

    async def opened(self) -> None:
        await super().opened()
        user_id = self.player.user_id
        await self.follow(topics.user(user_id), lambda: badge_of(user_id))
        (await self.subscribe(topics.everybody())).begin()

    @handles(SetVisible)
    def see(self, command: SetVisible) -> None:
        # Without a key nothing is pushed, and nobody keeps count of who looks.
        if settings.PUSH_KEY and command.visible != self._is_visible:
            self._is_visible = command.visible
            change = push.seen().arrived if command.visible else push.seen().left
            change(self.player.user_id)

    async def closed(self) -> None:
        if self._is_visible:
            push.seen().left(self.player.user_id)
        await super().closed()
