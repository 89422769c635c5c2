"""What the world holds about a person."""

from typing import Any

from core.personal_data import erases, exports
from world import selectors, services


@exports("characters")
def characters(user_id: int) -> list[Any]:
    """All characters."""
    return list(selectors.own_characters(user_id))


@erases
def delete_characters(user_id: int) -> None:
    """Characters are the person's alone: they go, and so does what they said to the whole world."""
    services.erase(user_id=user_id)
