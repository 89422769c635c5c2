"""Who is online: everybody with an open socket on any worker."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from redis.asyncio import Redis

from core.namespace import key
from core.problems import note_failure
from realtime.leased_set import LeasedSet
from realtime.redis import Down, sync_client
from realtime.relay import Relay

logger = logging.getLogger(__name__)

LINGER_S = 3.0  # a page that is loaded again is back by then
SETTLE_EVERY_S = 0.05
KIND = "online"

Changed = Callable[[int, bool], Awaitable[None]]
_on_change: list[Changed] = []


def on_change(function: Changed) -> Changed:
    """Call ``await function(user_id, is_online)`` when a user comes online or goes offline, on one worker.

    It must bear repetition: after a race between workers, or when Redis was away, a change may come again.
    """
    _on_change.append(function)
    return function


def online_sync(user_ids: Iterable[int]) -> set[int]:
    """Return those of these users who are online, from a thread; nobody while Redis is away."""
    ids = list(user_ids)
    pipe = sync_client().pipeline(transaction=False)
    for user_id in ids:
        pipe.exists(key(f"{KIND}:{user_id}"))
    try:
        answers = pipe.execute()
    except Down as problem:
        logger.warning("Nobody counts as online: %s", problem)
        return set()
    return {user_id for user_id, exists in zip(ids, answers, strict=True) if exists}


class Presence:
    """The users of this worker's sockets: a :class:`LeasedSet` in which each user has a room of their own."""

    def __init__(self, redis: Redis, relay: Relay) -> None:
        self._members = LeasedSet(
            KIND, redis, relay, self._announce, linger_s=LINGER_S, settle_every_s=SETTLE_EVERY_S
        )
        self.keep = self._members.keep
        self.announce = self._members.announce
        self.workers = self._members.workers

    @property
    def users(self) -> int:
        """The number of users with a socket on this worker."""
        return len(self._members)

    def arrived(self, user_id: int) -> None:
        """Note that a socket of this user was opened."""
        self._members.arrived(str(user_id), user_id)

    def left(self, user_id: int) -> None:
        """Note that a socket of this user has closed."""
        self._members.left(str(user_id), user_id)

    async def stop(self) -> None:
        """Leave the users to the other workers, to which most of them come back at once."""
        await self._members.resign(LINGER_S)

    async def _announce(self, room: str, user_id: int, is_online: bool) -> None:
        for function in _on_change:
            try:
                await function(user_id, is_online)
            except Exception as problem:
                note_failure(problem, "Announcing a change of presence")
