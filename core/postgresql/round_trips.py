"""Transactions in few round trips: what gives no result is sent with the next statement, or the commit.

That is ``BEGIN``, savepoints and their release, and what :meth:`FewRoundTrips.execute_later` was given. To
the driver every connection is in autocommit mode.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base
from django.utils.functional import cached_property
from psycopg import ClientCursor, IsolationLevel, ServerCursor
from psycopg.client_cursor import ClientCursorMixin
from psycopg.pq import TransactionStatus

Query = tuple[str, Sequence[Any]]


class Cursor(base.CursorMixin, ClientCursor[Any]):
    """A cursor of Django's that sends what waits ahead of its own statement."""

    database: "FewRoundTrips | None" = None
    """None for a cursor that the driver or its pool made for itself."""
    waits = False
    """Whether statements are kept until another is sent."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if self.database is None:
            return super().execute(query, params, **options)
        if self.waits:
            self.database.waiting.append(self.mogrify(query, params))
            return self
        ahead = self.database.take_waiting()
        if not ahead:
            return super().execute(query, params, **options)
        super().execute("; ".join([*ahead, self.mogrify(query, params)]), **options)
        return self.set_result(len(ahead))

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        self._send_waiting()
        super().executemany(query, params_seq, **options)

    def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
        self._send_waiting()
        return super().copy(statement, params, **options)

    def _send_waiting(self) -> None:
        if self.database is not None:
            self.database.send_waiting()


class ServerSideCursor(base.CursorMixin, ClientCursorMixin[Any, Any], ServerCursor[Any]):
    """A cursor whose rows are fetched in parts."""

    def __init__(self, database: "FewRoundTrips", name: str) -> None:
        # Django asks the driver whether there is a transaction, which does not know.
        super().__init__(database.connection, name, scrollable=False, withhold=database.autocommit)
        self._database = database

    def execute(self, *arguments: Any, **options: Any) -> Any:
        self._database.send_waiting()
        return super().execute(*arguments, **options)


class FewRoundTrips(base.DatabaseWrapper):
    """Django's PostgreSQL backend, with few round trips for a transaction."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.waiting: list[str] = []

    def execute_later(self, sql: str, params: Sequence[Any]) -> None:
        """Execute a statement, at the latest when the transaction commits. An error of it is raised then."""
        with self.cursor() as cursor:
            cursor.cursor.waits = self.in_atomic_block
            cursor.execute(sql, params)

    def fetch_together(self, queries: Sequence[Query]) -> list[list[Any]]:
        """Return the rows of each query, in one round trip."""
        with self.cursor() as cursor:
            for number, (sql, params) in enumerate(queries, start=1):
                cursor.cursor.waits = number < len(queries)
                cursor.execute(sql, params)
            return [cursor.cursor.set_result(-left).fetchall() for left in range(len(queries), 0, -1)]

    def take_waiting(self) -> list[str]:
        """Return what has to be sent before the next statement."""
        ahead, self.waiting = self.waiting, []
        if not self.autocommit and self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
            ahead.insert(0, self._begin)
        return ahead

    @cached_property
    def _begin(self) -> str:
        level = self.settings_dict["OPTIONS"].get("isolation_level")
        return f"BEGIN ISOLATION LEVEL {IsolationLevel(level).name.replace('_', ' ')}" if level else "BEGIN"

    def send_waiting(self) -> None:
        """Send what waits on its own, before what cannot take it along."""
        if ahead := self.take_waiting():
            with self.wrap_database_errors:
                self.connection.execute("; ".join(ahead))

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.waiting = []
        connection = super().get_new_connection(conn_params)
        if not connection.autocommit:
            connection.autocommit = True
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        if name:
            return ServerSideCursor(self, name)
        cursor = super().create_cursor()
        cursor.database = self
        return cursor

    def _set_autocommit(self, autocommit: bool) -> None:
        pass

    def _commit(self) -> None:
        if self.waiting and self.connection is not None:
            self.waiting.append("COMMIT")
            self.send_waiting()
        else:
            super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self.waiting = []
        super()._rollback()  # type: ignore[misc]

    def _savepoint(self, sid: str) -> None:
        self.waiting.append(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        self.waiting.append(self.ops.savepoint_commit_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        created = self.ops.savepoint_create_sql(sid)
        if created in self.waiting:
            del self.waiting[self.waiting.index(created) + 1 :]
        else:
            # All waiting statements came after the savepoint.
            self.waiting = []
            super()._savepoint_rollback(sid)  # type: ignore[misc]
