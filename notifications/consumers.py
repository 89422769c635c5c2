"""The one user socket: it carries what is addressed to a user, and decides nothing."""

from friends import events as friends
from game.events import MatchFound
from matchmaking.events import MatchCancelled, QueueExpired, QueueJoined, QueueLeft
from matchmaking.invites.events import (
    InviteAccepted,
    InviteCancelled,
    InviteCreated,
    InviteDeclined,
    InviteExpired,
)
from matchmaking.parties.events import PartyChat, PartyUpdate
from notifications.badges import badge_of
from notifications.events import Announcement, Badge
from progression.achievements.events import AchievementEarned
from progression.events import LevelUp
from realtime import topics
from realtime.consumer import Consumer
from world.trading.events import TradeRequest


class NotificationsConsumer(Consumer):
    """Everything addressed to the user, on each of their devices."""

    opens_with = Badge
    tells = (
        MatchFound,
        QueueJoined,
        QueueLeft,
        MatchCancelled,
        QueueExpired,
        InviteCreated,
        InviteAccepted,
        InviteDeclined,
        InviteCancelled,
        InviteExpired,
        PartyUpdate,
        PartyChat,
        LevelUp,
        AchievementEarned,
        TradeRequest,
        friends.FriendRequest,
        friends.FriendRequestClosed,
        friends.FriendAccepted,
        friends.FriendRemoved,
        friends.PresenceHint,
        friends.PlayerBlocked,
        friends.PlayerUnblocked,
    )
    tells_beside = (Announcement,)

    async def opened(self) -> None:
        user_id = self.player.user_id
        await self.follow(topics.user(user_id), lambda: badge_of(user_id))
        (await self.overhear(topics.everybody())).begin()
