"""Reactions to the end of friendships, and the voice channels of lobbies and conversations."""

from msgspec import UnsetType

from accounts import consent
from chat import events, rules, selectors
from chat.events import LobbyId
from core.ids import UserId
from friends.events import FriendRemoved
from realtime.publishing import publish
from realtime.reactions import reacts_to
from voice.channels import Admission, admits
from voice.events import VoiceEnded, VoiceMuted


@reacts_to(FriendRemoved)
def close_conversation(event: FriendRemoved) -> None:
    """Close the conversation of former friends and drop its unread count."""
    publish(events.UnreadChanged(user_id=event.to_user_id))
    # The event comes once for each of the two; publish only once.
    if event.to_user_id < event.user_id:
        between = rules.between(event.to_user_id, event.user_id)
        publish(events.DirectClosed(between=between))
        publish(VoiceEnded(channel=events.direct_topic(*between), user_id=None))


@admits("lobby", of=int)
def admit_to_lobby(user_id: UserId, lobby_id: int) -> Admission:
    """Admit members of an open lobby, who may be strangers.

    Raises ``UnderAge``, ``UnknownLobby``, ``Banned``, ``NotAMember``.
    """
    consent.check_adult(user_id)
    _, name = selectors.lobby_entered_by(user_id, lobby_id=LobbyId(lobby_id))
    members = selectors.members(LobbyId(lobby_id), set())
    return Admission(
        channel=events.lobby_topic(name),
        size=selectors.lobby(LobbyId(lobby_id)).max_participants,
        muted={one.user_id: one.muted_until for one in members if one.muted_until is not None},
    )


@admits("direct", of=int)
def admit_to_conversation(user_id: UserId, friend_id: int) -> Admission:
    """Admit two friends. Raises ``NotFriends``."""
    selectors.check_friends(user_id, UserId(friend_id))
    return Admission(channel=events.direct_topic(user_id, UserId(friend_id)), size=2)


@reacts_to(events.ModerationKick)
def end_voice_of_kicked(event: events.ModerationKick) -> None:
    """End the voice of a member who was kicked."""
    publish(VoiceEnded(channel=events.lobby_topic(event.lobby), user_id=event.target_id))


@reacts_to(events.ModerationBan)
def end_voice_of_banned(event: events.ModerationBan) -> None:
    """End the voice of a user who was banned."""
    publish(VoiceEnded(channel=events.lobby_topic(event.lobby), user_id=event.target_id))


@reacts_to(events.LobbyUpdate)
def end_voice_of_gone(event: events.LobbyUpdate) -> None:
    """End the voice of a member who has left."""
    if not isinstance(event.gone_id, UnsetType):
        publish(VoiceEnded(channel=events.lobby_topic(event.lobby), user_id=event.gone_id))


@reacts_to(events.LobbyClosed)
def end_voice(event: events.LobbyClosed) -> None:
    """End the voice of a lobby that is closed."""
    publish(VoiceEnded(channel=events.lobby_topic(event.lobby), user_id=None))


@reacts_to(events.ModerationMute)
def mute_voice(event: events.ModerationMute) -> None:
    """Let a mute of the lobby count for its voice."""
    channel = events.lobby_topic(event.lobby)
    publish(VoiceMuted(channel=channel, user_id=event.target_id, until=event.until))
