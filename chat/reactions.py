"""What the ends of friendships mean for conversations."""

from chat import events, rules
from friends.events import FriendRemoved
from realtime.publishing import publish
from realtime.reactions import reacts_to


@reacts_to(FriendRemoved)
def close_conversation(event: FriendRemoved) -> None:
    """Nothing is said between who are friends no more, and nothing of it counts as unread."""
    publish(events.UnreadChanged(user_id=event.to_user_id))
    # It is announced to each of the two.
    if event.to_user_id < event.user_id:
        publish(events.DirectClosed(between=rules.between(event.to_user_id, event.user_id)))
