"""Django's PostgreSQL backend, failing fast while the database is unreachable."""

import time
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from psycopg_pool import PoolTimeout

from core.call_costs import CountedDatabase
from core.postgresql.pool import WarmestFirst
from core.postgresql.round_trips import FewRoundTrips

RETRY_INTERVAL_S = 1.0


class DatabaseWrapper(CountedDatabase, FewRoundTrips):
    """After one wait for a connection timed out, only one caller per ``RETRY_INTERVAL_S`` waits again.

    The others get an ``OperationalError`` at once, until a connection succeeds.
    """

    _ask_at: ClassVar[dict[str, float]] = {}  # of databases that are out: the time of the next attempt

    # As Django declares them, which its stubs leave out.
    _connection_pools: ClassVar[dict[str, Any]]
    _configure_connection: Any

    @property
    def pool(self) -> WarmestFirst | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            made = WarmestFirst(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,
                **options,
            )
            # Of two threads that come at once, both get the first.
            self._connection_pools.setdefault(self.alias, made)
        pool: WarmestFirst = self._connection_pools[self.alias]
        return pool

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        asked = self._ask_at
        if (ask_at := asked.get(self.alias)) is not None:
            now = time.monotonic()
            if now < ask_at:
                raise PoolTimeout("the database was unreachable a moment ago")
            asked[self.alias] = now + RETRY_INTERVAL_S
        try:
            connection = super().get_new_connection(conn_params)
        except PoolTimeout:
            asked[self.alias] = time.monotonic() + RETRY_INTERVAL_S
            raise
        asked.pop(self.alias, None)
        return connection
