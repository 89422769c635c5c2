"""The rate limit of messages, per user over all lobbies, conversations, sockets and workers."""

from chat.rules import MESSAGES, WINDOW_S
from core.ids import UserId
from realtime import worker
from realtime.connections import limits


def _key(user_id: UserId) -> str:
    return f"chat:{user_id}"


async def take(user_id: UserId) -> None:
    """Count a message. Raises ``RateLimited``."""
    await limits.enforce(worker.current().redis, _key(user_id), allowed=MESSAGES, window_s=WINDOW_S)


def take_sync(user_id: UserId) -> None:
    """Call :func:`take` from a thread."""
    limits.enforce_sync(_key(user_id), allowed=MESSAGES, window_s=WINDOW_S)
