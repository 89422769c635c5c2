"""All open sockets of this process: the session of each, and when it must be closed."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from core.batches import batched
from core.ids import UserId
from core.refusals import RateLimited
from realtime.connections.connection import Connection
from realtime.wire.close_codes import CloseCode
from realtime.wire.identity import Identity, Named

WATCH_EVERY_S = 0.5
CHECK_BATCH_SIZE = 250
MAX_PER_USER = 20
# A silent socket is closed only once it is known whether its session ended, which is final.
IDLE_GRACE_S = 5.0

Heard = Callable[[int], None]
_heard_from: list[Heard] = []


def on_heard(function: Heard) -> Heard:
    """Call ``function(session_id)`` for sessions whose sockets were active, about twice a second."""
    _heard_from.append(function)
    return function


class TooManySockets(RateLimited):
    """The account or address has the maximum number of open sockets."""

    code = "too_many_sockets"
    title = "Too many open sockets"


class Sockets:
    """The open sockets by session. One scan twice a second replaces a timer for each socket.

    How many an account or an address has open is counted by each worker for itself: to ask Redis for each
    would cost more than the socket.
    """

    def __init__(self, arrived: Callable[[UserId], None], left: Callable[[UserId], None]) -> None:
        self._arrived = arrived
        self._left = left
        self._anonymous: dict[Connection, None] = {}
        self._identified: dict[Connection, None] = {}
        self._by_session: dict[int, dict[Connection, None]] = {}
        self._of_user: Counter[UserId] = Counter()
        self._of_network: Counter[str] = Counter()
        self.count = 0

    def add(self, connection: Connection) -> None:
        """Register an accepted socket whose user is not known yet."""
        self._anonymous[connection] = None
        self.count += 1

    def enter(self, network: str) -> None:
        """Count one more socket from there, until ``leave``. Raises ``TooManySockets``."""
        if self._of_network[network] >= settings.SOCKETS_PER_ADDRESS:
            raise TooManySockets("Too many sockets are open from your address.")
        self._of_network[network] += 1

    def leave(self, network: str) -> None:
        """The socket from there is gone."""
        _count_down(self._of_network, network)

    def identify(self, connection: Connection, identity: Identity) -> None:
        """Register the identity of a socket's user. Raises ``TooManySockets``."""
        if self._of_user[identity.user_id] >= MAX_PER_USER:
            raise TooManySockets("You have too many sockets open.")
        self._of_user[identity.user_id] += 1
        self._anonymous.pop(connection, None)
        connection.identity = identity
        connection.expires_at = identity.expires_at
        self._identified[connection] = None
        self._by_session.setdefault(identity.session_id, {})[connection] = None
        self._arrived(identity.user_id)

    def remove(self, connection: Connection) -> None:
        """Unregister a closed socket."""
        self._anonymous.pop(connection, None)
        self._identified.pop(connection, None)
        if connection.identity is not None:
            session_id = connection.identity.session_id
            sockets = self._by_session.get(session_id, {})
            sockets.pop(connection, None)
            if not sockets:
                self._by_session.pop(session_id, None)
            _count_down(self._of_user, connection.identity.user_id)
            self._left(connection.identity.user_id)
        self.count -= 1

    def all(self) -> list[Connection]:
        """Return every open socket."""
        return [*self._anonymous, *self._identified]

    def close_sessions(self, session_ids: Iterable[int]) -> None:
        """Close the sockets of these sessions."""
        for session_id in session_ids:
            for connection in tuple(self._by_session.get(session_id, ())):
                connection.close(CloseCode.UNAUTHENTICATED, "session_ended")

    async def close_all(self, code: CloseCode, reason: str) -> None:
        """Close every socket, a few in each iteration of the loop."""
        for connections in batched(self.all(), CHECK_BATCH_SIZE):
            for connection in connections:
                connection.close(code, reason)
            await asyncio.sleep(0)

    def rename(self, session_id: int, user: Named) -> None:
        """Update the name, premium and guest status of this session's user on its sockets."""
        for connection in self._by_session.get(session_id, ()):
            assert connection.identity is not None
            connection.identity = connection.identity.called(user)

    async def watch(self) -> None:
        """Close sockets whose token has expired (4401) or that were silent for too long (4408)."""
        clock = asyncio.get_running_loop().time
        looked = clock()
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            since, looked = looked, clock()
            now, too_silent = time.time(), looked - settings.SESSION_TIMEOUT - IDLE_GRACE_S
            for connections in batched(self._identified, CHECK_BATCH_SIZE):
                _look_at(connections, since, too_silent, now)
                await asyncio.sleep(0)


def _count_down(counter: Counter[Any], key: Any) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


def _look_at(connections: Iterable[Connection], since: float, too_silent: float, now: float) -> None:
    heard: set[int] = set()
    # Only two timestamps are read of most sockets: with thousands of them, anything further is a cache miss.
    for connection in connections:
        if connection.expires_at <= now:
            connection.close(CloseCode.UNAUTHENTICATED, "token_expired")
        elif connection.last_heard <= too_silent:
            connection.close(CloseCode.IDLE, "idle")
        if connection.last_heard >= since:
            assert connection.identity is not None
            heard.add(connection.identity.session_id)
    for session_id in heard:
        for function in _heard_from:
            function(session_id)
