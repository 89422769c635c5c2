"""Facts about accounts of other cells, told to their homes."""

from accounts.events import SessionsEnded, VisitorCame
from cells import facts, services
from chat.events import DirectMessage
from core import cells
from friends.events import FriendAccepted, FriendRemoved, PlayerBlocked, PlayerUnblocked
from realtime.membership import presence
from realtime.reactions import reacts_to


@reacts_to(VisitorCame)
def visitor_came(event: VisitorCame) -> None:
    """Let the home of a session know where to tell of its end."""
    services.tell(facts.SessionUsed(event.session_id, cells.here()), to=[cells.home(event.session_id)])


@reacts_to(SessionsEnded)
def sessions_ended(event: SessionsEnded) -> None:
    """End the copies of these sessions in other cells."""
    services.tell_of_ended(event.session_ids)


@reacts_to(FriendAccepted)
def friend_accepted(event: FriendAccepted) -> None:
    """Tell the homes of two friends, and whether each is online here."""
    one_id, other_id = event.to_user_id, event.friend.user_id
    to = services.homes(one_id, other_id) - {cells.here()}
    # The event is published for each of the two.
    if one_id < other_id and to:
        services.tell(facts.Befriended(services.person(one_id), services.person(other_id)), to=to)
        for user_id in presence.online_sync([one_id, other_id]):
            services.tell_presence_to(user_id=user_id, to=to)


@reacts_to(FriendRemoved)
def friend_removed(event: FriendRemoved) -> None:
    """Tell the homes of two who were friends."""
    if event.to_user_id < event.user_id:
        services.tell(
            facts.Parted(event.to_user_id, event.user_id), to=services.homes(event.to_user_id, event.user_id)
        )


@reacts_to(PlayerBlocked)
def blocked(event: PlayerBlocked) -> None:
    """Tell the homes of both."""
    if to := services.homes(event.by_id, event.blocked_id) - {cells.here()}:
        services.tell(facts.Blocked(services.person(event.by_id), services.person(event.blocked_id)), to=to)


@reacts_to(PlayerUnblocked)
def unblocked(event: PlayerUnblocked) -> None:
    """Tell the homes of both."""
    services.tell(
        facts.Unblocked(event.by_id, event.blocked_id), to=services.homes(event.by_id, event.blocked_id)
    )


@reacts_to(DirectMessage)
def said(event: DirectMessage) -> None:
    """Tell the homes of both."""
    message = event.message
    services.tell(
        facts.Said(message.sender.id, message.to_user_id, message.content), to=services.homes(*event.between)
    )
