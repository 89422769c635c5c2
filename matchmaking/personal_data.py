"""The personal data in the queue."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports, merges
from matchmaking import selectors, services
from matchmaking.shapes import Standing


@exports("queue")
def queue(user_id: UserId) -> Standing | None:
    """Return the person's place in a queue, if any."""
    return selectors.queued([user_id]).get(user_id)


@exports("queue_penalty")
def queue_penalty(user_id: UserId) -> dict[str, Any] | None:
    """Return the person's penalty for leaving matches early, and when it ends."""
    return selectors.penalty_of(user_id)


@exports("queue_answers")
def queue_answers(user_id: UserId) -> dict[str, Any] | None:
    """Return the person's latest answers to the questions of a queue."""
    return selectors.answers_of(user_id)


@erases
def leave(user_id: UserId) -> None:
    """Give up the place in the queue, so that nobody is matched with a deleted user, and forget the rest."""
    services.leave(user_id=user_id)
    services.clear_history(user_id=user_id)


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Leave the queue, and move a penalty."""
    services.merge(kept_id=kept_id, former_id=former_id)
