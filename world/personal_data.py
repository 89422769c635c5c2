"""Personal data of the world."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports, merges
from world import selectors, services


@exports("characters")
def characters(user_id: UserId) -> list[Any]:
    """Return all characters."""
    return list(selectors.own_characters(user_id))


@erases
def delete_characters(user_id: UserId) -> None:
    """Delete the user's characters, and their messages to the whole world."""
    services.erase(user_id=user_id)


@merges
def take_characters(kept_id: UserId, former_id: UserId) -> None:
    """Move the characters."""
    services.take_over(kept_id=kept_id, former_id=former_id)
