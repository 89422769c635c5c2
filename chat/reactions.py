"""Reactions to the end of friendships."""

from chat import events, rules
from friends.events import FriendRemoved
from realtime.publishing import publish
from realtime.reactions import reacts_to


@reacts_to(FriendRemoved)
def close_conversation(event: FriendRemoved) -> None:
    """Close the conversation of former friends and drop its unread count."""
    publish(events.UnreadChanged(user_id=event.to_user_id))
    # The event comes once for each of the two; publish only once.
    if event.to_user_id < event.user_id:
        publish(events.DirectClosed(between=rules.between(event.to_user_id, event.user_id)))
