"""Django's PostgreSQL backend, in which few wait for a database that is away; the others are told at once."""

import time
from typing import Any, ClassVar

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

ASK_AGAIN_S = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Once one has waited in vain for a connection, only one in ``ASK_AGAIN_S`` seconds waits for the next,
    until there is one. All others get an ``OperationalError`` without waiting.
    """

    _ask_at: ClassVar[float | None] = None  # while none comes: when somebody may wait again

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        here = type(self)
        if here._ask_at is not None:
            now = time.monotonic()
            if now < here._ask_at:
                raise PoolTimeout("the database was away a moment ago")
            here._ask_at = now + ASK_AGAIN_S
        try:
            connection = super().get_new_connection(conn_params)
        except PoolTimeout:
            here._ask_at = time.monotonic() + ASK_AGAIN_S
            raise
        here._ask_at = None
        return connection
