"""What the queue holds about a person."""

from typing import Any

from core.personal_data import erases, exports
from matchmaking import selectors, services


@exports("queue")
def queue(user_id: int) -> dict[str, Any] | None:
    """The place in a queue, while there is one."""
    return selectors.queued([user_id]).get(user_id)


@exports("queue_penalty")
def queue_penalty(user_id: int) -> dict[str, Any] | None:
    """For how often leaving matches early the person waits or has waited, and until when."""
    return selectors.penalty_of(user_id)


@erases
def leave(user_id: int) -> None:
    """Give up the place in the queue and forget the penalty: nobody is matched with a deleted user."""
    services.leave(user_id=user_id)
    services.forgive(user_id=user_id)
