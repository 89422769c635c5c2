"""Online status: a user is online with an open socket on any worker."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import cast

from redis.asyncio import Redis

from core import cells
from core.ids import UserId
from core.namespace import key
from core.problems import log_failure
from core.redis import REDIS_ERRORS, Role, sync_client
from realtime.delivery.relay import Relay
from realtime.membership.leased_set import LeasedSet, key_of

logger = logging.getLogger(__name__)

LINGER_S = 3.0  # covers the reload of a page
SETTLE_EVERY_S = 0.05
KIND = "online"

Changed = Callable[[UserId, bool], Awaitable[None]]
_on_change: list[Changed] = []


def on_change(function: Changed) -> Changed:
    """Call ``await function(user_id, is_online)`` on one worker when a user comes online or goes offline.

    It must be idempotent: after a race between workers, or an outage of Redis, a change may be repeated.
    """
    _on_change.append(function)
    return function


def online_sync(user_ids: Iterable[UserId]) -> set[UserId]:
    """Return the online users among these, from a thread; empty while Redis is unavailable."""
    ids = list(user_ids)
    pipe = sync_client(Role.PRESENCE).pipeline(transaction=False)
    for user_id in ids:
        pipe.exists(key_of(KIND, str(user_id)))
    try:
        answers = pipe.execute()
    except REDIS_ERRORS as problem:
        logger.warning("Nobody counts as online: %s", problem)
        return set()
    return {user_id for user_id, exists in zip(ids, answers, strict=True) if exists}


def online_anywhere_sync(user_ids: Iterable[UserId]) -> set[UserId]:
    """Return the users among these who are online here or in another cell, from a thread."""
    ids = list(user_ids)
    online = online_sync(ids)
    if not (cells.is_set() and ids):
        return online
    pipe = sync_client(Role.PRESENCE).pipeline(transaction=False)
    for user_id in ids:
        pipe.exists(_elsewhere(user_id))
    try:
        answers = pipe.execute()
    except REDIS_ERRORS as problem:
        logger.warning("Nobody counts as online elsewhere: %s", problem)
        return online
    return online | {user_id for user_id, exists in zip(ids, answers, strict=True) if exists}


def note_elsewhere(user_id: UserId, cell: str, is_online: bool) -> None:
    """Note that a user came online, or went offline, in another cell; from a thread."""
    client = sync_client(Role.PRESENCE)
    if is_online:
        client.hset(_elsewhere(user_id), cell, "1")
    else:
        client.hdel(_elsewhere(user_id), cell)


def _elsewhere(user_id: UserId) -> str:
    return key(f"elsewhere:{user_id}")


def count_online_sync() -> int:
    """Return the number of users with a socket on any worker; one with sockets on two counts twice."""
    workers = key_of(KIND, "workers")
    try:
        names = cast(list[bytes], sync_client(Role.PRESENCE).zrange(workers, 0, -1))
        pipe = sync_client(Role.PRESENCE).pipeline(transaction=False)
        for name in names:
            pipe.scard(key_of(KIND, f"of:{name.decode()}"))
        return sum(pipe.execute())
    except REDIS_ERRORS as problem:
        logger.warning("Nobody counts as online: %s", problem)
        return 0


class Presence:
    """The users of this worker's sockets: a :class:`LeasedSet` in which each user has a room of their own."""

    def __init__(self, redis: Redis, relay: Relay) -> None:
        self._members = LeasedSet(
            KIND, redis, relay, self._announce, linger_s=LINGER_S, settle_every_s=SETTLE_EVERY_S
        )
        self.keep = self._members.keep
        self.announce = self._members.announce
        self.workers = self._members.workers
        self.beat_soon = self._members.beat_soon

    @property
    def users(self) -> int:
        """Return the number of users with a socket on this worker."""
        return len(self._members)

    def arrived(self, user_id: UserId) -> None:
        """Register an open socket of this user."""
        self._members.arrived(str(user_id), user_id)

    def left(self, user_id: UserId) -> None:
        """Unregister a closed socket of this user."""
        self._members.left(str(user_id), user_id)

    async def stop(self) -> None:
        """Leave the users to the other workers, to which most of them reconnect at once."""
        await self._members.resign(LINGER_S)

    async def _announce(self, room: str, user_id: UserId, is_online: bool) -> None:
        for function in _on_change:
            try:
                await function(user_id, is_online)
            except Exception as problem:
                log_failure(problem, "Announcing a change of presence")
