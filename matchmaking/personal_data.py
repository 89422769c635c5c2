"""What matchmaking holds about a person."""

from typing import Any

from core.personal_data import erases, exports
from matchmaking import selectors, services


@exports("queue")
def queue(user_id: int) -> dict[str, Any] | None:
    """The place in a queue, while there is one."""
    return selectors.queued([user_id]).get(user_id)


@erases
def leave(user_id: int) -> None:
    """Nobody is matched with who is gone."""
    services.leave(user_id=user_id)
