"""Django's SQLite backend, in which waiting writers poll the lock every few milliseconds."""

import random
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from core.call_costs import CountedDatabase

LOCK_POLL_S = (0.0005, 0.004)


class DatabaseWrapper(CountedDatabase, base.DatabaseWrapper):
    """Polls for the write lock at a constant rate.

    SQLite's own busy handler backs off to ten times a second, so that under load newcomers overtake those who
    have waited longest.
    """

    def execute_later(self, sql: str, params: Sequence[Any]) -> None:
        """Execute a statement, of which nothing but its effect is needed."""
        with self.cursor() as cursor:
            cursor.execute(sql, params)

    def fetch_together(self, queries: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
        """Return the rows of each query."""
        with self.cursor() as cursor:
            return [cursor.execute(sql, params).fetchall() for sql, params in queries]

    def _start_transaction_under_autocommit(self) -> None:
        patience_s: float = self.settings_dict["OPTIONS"]["timeout"]
        deadline = time.monotonic() + patience_s
        with self.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                while not self._has_begun(deadline):
                    time.sleep(random.uniform(*LOCK_POLL_S))
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {patience_s * 1000:.0f}")

    def _has_begun(self, deadline: float) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            return False
        return True


def _is_busy(error: OperationalError) -> bool:
    # The upper bits hold the extended error code.
    return (
        isinstance(error.__cause__, sqlite3.Error)
        and error.__cause__.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    )
