"""A pool of connections that prefers the one used last."""

from typing import Any

from psycopg_pool import ConnectionPool


class WarmestFirst(ConnectionPool[Any]):
    """Hands out the connection that was returned last, whose server process still has all in its caches.

    The pool of the driver takes turns, so that on a quiet server each statement meets a process that has been
    asleep.
    """

    def _get_ready_connection(self, timeout: float | None) -> Any:
        self._pool.rotate(1)
        return super()._get_ready_connection(timeout)
