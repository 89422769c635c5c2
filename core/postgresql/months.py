"""Monthly partitions of large tables, so that a whole month is deleted by dropping one of them.

The key of such a table begins with a UUIDv7 (:func:`core.ids.uuid7`), which tells the time itself: rows of
one id are in one partition, and the key stays unique. Other ids, and months without a partition, are in the
default one. SQLite has plain tables.
"""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper

from core.ids import first_uuid7

LOCK_WITHIN_S = 1
"""Everybody who uses a table waits behind a lock on it that is waited for, as during a backup."""


def month_of(moment: datetime) -> date:
    """Return the first day of the month."""
    return moment.astimezone(UTC).date().replace(day=1)


def after(month: date) -> date:
    """Return the first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def partition(editor: BaseDatabaseSchemaEditor, table: str, key: str) -> None:
    """Turn a table into a partitioned one, without copying: all its rows are in the default partition."""
    if editor.connection.vendor != "postgresql":
        return
    editor.execute(f"ALTER TABLE {table} RENAME TO {table}_default")
    editor.execute(f"ALTER INDEX {table}_pkey RENAME TO {table}_default_pkey")
    editor.execute(f"CREATE TABLE {table} (LIKE {table}_default INCLUDING ALL) PARTITION BY RANGE ({key})")
    editor.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_default DEFAULT")


def unpartition(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Turn a partitioned table into a plain one; copies its rows."""
    if editor.connection.vendor != "postgresql":
        return
    editor.execute(f"ALTER TABLE {table} RENAME TO {table}_parts")
    editor.execute(f"ALTER INDEX {table}_pkey RENAME TO {table}_parts_pkey")
    editor.execute(f"CREATE TABLE {table} (LIKE {table}_parts INCLUDING ALL)")
    editor.execute(f"INSERT INTO {table} SELECT * FROM {table}_parts")
    editor.execute(f"DROP TABLE {table}_parts")


class Months:
    """The partitions of a table, which :func:`partition` has made; none on SQLite."""

    def __init__(self, connection: BaseDatabaseWrapper, table: str, key: str) -> None:
        self.connection = connection
        self._table = table
        self._key = key
        self._is_partitioned = connection.vendor == "postgresql"

    def all(self) -> list[date]:
        """Return the months that have a partition, the oldest first."""
        if not self._is_partitioned:
            return []
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
                [self._table],
            )
            names = [name.removeprefix(f"{self._table}_") for (name,) in cursor.fetchall()]
        return sorted(datetime.strptime(name, "%Y_%m").date() for name in names if name != "default")

    def add(self, month: date) -> None:
        """Create the partition of a month unless it exists; rows that are in the default one are moved."""
        if not self._is_partitioned or month in self.all():
            return
        name, default = self._name(month), f"{self._table}_default"
        bounds = [self._start(month), self._start(after(month))]
        with self._locked(default) as cursor:
            cursor.execute(f"CREATE TABLE {name} (LIKE {self._table} INCLUDING ALL)")
            cursor.execute(
                f"WITH moved AS (DELETE FROM {default} WHERE {self._key} >= %s AND {self._key} < %s"
                f" RETURNING *) INSERT INTO {name} SELECT * FROM moved",
                bounds,
            )
            start, end = bounds
            cursor.execute(
                f"ALTER TABLE {self._table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"
            )

    def drop(self, month: date, *, unless: str = "TRUE", values: Sequence[Any] = ()) -> int | None:
        """Drop a month's partition unless one of its rows meets a condition in SQL.

        Returns the number of rows dropped, or None if it stays.
        """
        name = self._name(month)
        stays = f"SELECT EXISTS (SELECT FROM {name} WHERE {unless})"
        # Asked without the lock first, for which everybody else has to wait.
        if self._value(stays, values):
            return None
        count = int(self._value(f"SELECT count(*) FROM {name}"))
        # In the order in which writers lock them.
        with self._locked(self._table, name) as cursor:
            if self._value(stays, values):
                return None
            cursor.execute(f"DROP TABLE {name}")
        return count

    def _value(self, query: str, values: Sequence[Any] = ()) -> Any:
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]

    @property
    def rest(self) -> str:
        """The table with the rows that are in no month's partition."""
        return f"{self._table}_default" if self._is_partitioned else self._table

    def _name(self, month: date) -> str:
        return f"{self._table}_{month:%Y_%m}"

    def _start(self, month: date) -> str:
        return str(first_uuid7(datetime(month.year, month.month, 1, tzinfo=UTC)))

    @contextlib.contextmanager
    def _locked(self, *tables: str) -> Iterator[CursorWrapper]:
        """Lock tables in a transaction. Raises ``OperationalError`` if others do not let go of them."""
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WITHIN_S}s'")
            for table in tables:
                cursor.execute(f"LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE")
            yield cursor
