"""The rate limit of messages, per user over all lobbies, conversations, sockets and workers."""

from accounts import bans, consent
from chat.rules import MESSAGES, REACTIONS_AT_ONCE, REACTIONS_WINDOW_S, WINDOW_S
from core.ids import UserId
from realtime import worker
from realtime.connections import limits


def _key(user_id: UserId) -> str:
    return f"chat:{user_id}"


async def take_among_strangers(user_id: UserId) -> None:
    """Count a message that strangers read. Raises ``RateLimited``, ``MutedEverywhere`` or ``UnderAge``."""
    await consent.check_speech_among_strangers(user_id)
    await limits.enforce(worker.current().redis, _key(user_id), allowed=MESSAGES, window_s=WINDOW_S)


def take_sync(user_id: UserId) -> None:
    """Count a message, from a thread. Raises ``RateLimited`` or ``MutedEverywhere``."""
    bans.check_speech(user_id)
    limits.enforce_sync(_key(user_id), allowed=MESSAGES, window_s=WINDOW_S)


def take_reaction(user_id: UserId) -> None:
    """Count a reaction, from a thread. Raises ``RateLimited`` or ``MutedEverywhere``."""
    bans.check_speech(user_id)
    limits.enforce_sync(f"reaction:{user_id}", allowed=REACTIONS_AT_ONCE, window_s=REACTIONS_WINDOW_S)
