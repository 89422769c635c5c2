"""Topic names; each is also a channel-layer group."""

from typing import NewType

from core.ids import UserId

Topic = NewType("Topic", str)


def user(user_id: UserId) -> Topic:
    """Everything addressed to one user, on all their devices."""
    return Topic(f"user_{user_id}")


def everybody() -> Topic:
    """Everybody with an open notifications socket."""
    return Topic("everybody")


def in_world(user_id: UserId) -> Topic:
    """One user in the shared world, on the socket that plays."""
    return Topic(f"world_user_{user_id}")
