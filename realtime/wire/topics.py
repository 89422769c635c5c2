"""Topic names; each is also a channel-layer group."""

from typing import NewType
from uuid import UUID

from core.ids import UserId

Topic = NewType("Topic", str)


def user(user_id: UserId) -> Topic:
    """Everything addressed to one user, on all their devices."""
    return Topic(f"user_{user_id}")


def game(game_id: UUID | str) -> Topic:
    """A game's public frames."""
    return Topic(f"game_{game_id}")


def open_rooms() -> Topic:
    """The rooms of all games that can be joined."""
    return Topic("open_rooms")


def lobby(name: str) -> Topic:
    """A lobby's room."""
    return Topic(f"lobby_{name}")


def direct(one_id: UserId, other_id: UserId) -> Topic:
    """The conversation of two users."""
    return Topic(f"dm_{min(one_id, other_id)}_{max(one_id, other_id)}")


def party(party_id: int) -> Topic:
    """A party's changes and chat."""
    return Topic(f"party_{party_id}")


def everybody() -> Topic:
    """Everybody with an open notifications socket."""
    return Topic("everybody")


def world() -> Topic:
    """Messages for everybody in the shared world."""
    return Topic("world")


def area(location_id: int) -> Topic:
    """The characters in one place of the world."""
    return Topic(f"area_{location_id}")


def faction(faction_id: int) -> Topic:
    """The characters of one faction that are in play."""
    return Topic(f"faction_{faction_id}")


def in_world(user_id: UserId) -> Topic:
    """One user in the shared world, on the socket that plays."""
    return Topic(f"world_user_{user_id}")
