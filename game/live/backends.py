"""Writers of the journal's rows for each database: many in one statement, answered by a callback."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db import connection as thread_connection
from django.db.utils import IntegrityError
from psycopg.pq.abc import PGresult

from core import telemetry
from core.tasks import begin
from game.live.prepared import Prepared
from game.live.rows import Entry, Snapshot

Outcome = set[str] | Exception
"""The games whose rows another owner had already written, or the error after which none may be written."""

Then = Callable[[Outcome], None]

MANY_ENTRIES = 8
"""As many in one commit mean thousands of moves a second, when sleeping until the answer costs the most."""


class Backend(Protocol):
    """A way to write to one kind of database."""

    def write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot], then: Then) -> None:
        """Commit these rows, entries first; ``then`` is called later with the outcome."""

    async def close(self) -> None:
        """Close the connection; the outcome of a write that is still unanswered is not reported."""


def _by_game(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    games: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        games[entry.game_id].append(entry)
    return games


class Traced:
    """A backend with a span around each commit."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot], then: Then) -> None:
        span = telemetry.begin("journal commit", is_served=False)
        span.note("entries", len(entries))
        span.note("snapshots", len(snapshots))

        def written(outcome: Outcome) -> None:
            span.end(outcome if isinstance(outcome, Exception) else None)
            then(outcome)

        self._backend.write(entries, snapshots, written)

    async def close(self) -> None:
        await self._backend.close()


class PostgreSQL:
    """Writes on a connection of its own. Rows travel as one JSON text: as arrays they would cost PostgreSQL a
    third less, and the worker three times as much.

    A snapshot is saved in the main database, wherever the journal is, and only for the game's owner. Taking a
    game over, or ending it, locks its row: the snapshot comes before that or not at all. Games are locked by
    rising id, as everywhere.
    """

    _WRITE = {
        b"journal_write": b"""
            INSERT INTO game_journalentry (game_id, seq, at, user_id, kind, data)
            SELECT game_id, seq, to_timestamp(at), user_id, kind, data
            FROM json_to_recordset($1)
            AS entry (game_id uuid, seq bigint, at float8, user_id bigint, kind text, data text)
        """
    }
    _SAVE = {
        b"journal_save": b"""
            INSERT INTO game_snapshot (game_id, epoch, seq, data)
            SELECT snapshot.game_id, snapshot.epoch, seq, data
            FROM json_to_recordset($1) AS snapshot (game_id uuid, epoch int, seq bigint, data text)
            JOIN game_game game ON game.id = snapshot.game_id AND game.epoch = snapshot.epoch
            ORDER BY game.id FOR SHARE OF game
            ON CONFLICT (game_id)
            DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, data = excluded.data
            RETURNING game_id
        """
    }

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        self._alias = alias
        self._connection: Prepared | None = None
        self._main: Prepared | None = None
        """The connection for snapshots, if it is another."""
        self._tasks: set[asyncio.Task[Any]] = set()

    def write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot], then: Then) -> None:
        connection = self._connection
        if connection is not None and connection.is_open and not snapshots:
            # The hot path.
            answered = partial(self._written, connection, entries, then)
            connection.execute(b"journal_write", msgspec.json.encode(entries), answered)
            if len(entries) >= MANY_ENTRIES:
                connection.stay_awake()
        else:
            self._begin(self._write(entries, snapshots), then)

    async def close(self) -> None:
        for connection in (self._connection, self._main):
            if connection is not None:
                connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _written(
        self, connection: Prepared, entries: Sequence[Entry], then: Then, answer: PGresult | Exception
    ) -> None:
        if isinstance(answer, psycopg.IntegrityError):
            self._begin(self._write_game_by_game(connection, entries), then)
        else:
            then(answer if isinstance(answer, Exception) else set())

    def _begin(self, writing: Coroutine[Any, Any, set[str]], then: Then) -> None:
        async def finish() -> None:
            try:
                outcome: Outcome = await writing
            except Exception as problem:
                outcome = problem
            then(outcome)

        begin(finish(), self._tasks, "Writing the journal")

    async def _write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot]) -> set[str]:
        taken: set[str] = set()
        if entries:
            connection = await self._for_entries()
            try:
                await connection.ask(b"journal_write", msgspec.json.encode(entries))
            except psycopg.IntegrityError:
                taken = await self._write_game_by_game(connection, entries)
        if snapshots:
            connection = await self._for_snapshots()
            saved = await connection.ask(b"journal_save", msgspec.json.encode(snapshots))
            mine = {UUID((saved.get_value(row, 0) or b"").decode()).hex for row in range(saved.ntuples)}
            taken |= {snapshot.game_id for snapshot in snapshots} - mine
        return taken

    async def _for_entries(self) -> Prepared:
        if self._connection is None or not self._connection.is_open:
            statements = self._WRITE if self._alias != DEFAULT_DB_ALIAS else self._WRITE | self._SAVE
            self._connection = await Prepared.open(statements, self._alias)
        return self._connection

    async def _for_snapshots(self) -> Prepared:
        if self._alias == DEFAULT_DB_ALIAS:
            return await self._for_entries()
        if self._main is None or not self._main.is_open:
            self._main = await Prepared.open(self._SAVE)
        return self._main

    async def _write_game_by_game(self, connection: Prepared, entries: Sequence[Entry]) -> set[str]:
        taken = set()
        for game_id, rows in _by_game(entries).items():
            try:
                await connection.ask(b"journal_write", msgspec.json.encode(rows))
            except psycopg.IntegrityError:
                taken.add(game_id)
        return taken


class SQLite:
    """Writes on one thread with Django's own connection, whose transactions are immediate."""

    _INSERT = """
        INSERT INTO game_journalentry (game_id, seq, at, user_id, kind, data) VALUES (%s, %s, %s, %s, %s, %s)
    """
    _SAVE = """
        INSERT INTO game_snapshot (game_id, epoch, seq, data)
        SELECT id, epoch, %s, %s FROM game_game WHERE id = %s AND epoch = %s
        ON CONFLICT (game_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, data = excluded.data
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    def write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot], then: Then) -> None:
        def done(writing: asyncio.Future[set[str]]) -> None:
            problem = writing.exception()
            then(problem if isinstance(problem, Exception) else writing.result())

        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._thread, self._write, entries, snapshots).add_done_callback(done)

    async def close(self) -> None:
        # Django's connection belongs to its thread, and can only be closed there.
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: thread_connection.close())
        self._thread.shutdown()

    def _write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot]) -> set[str]:
        taken: set[str] = set()
        if entries:
            try:
                self._insert(entries)
            except IntegrityError:
                for game_id, rows in _by_game(entries).items():
                    try:
                        self._insert(rows)
                    except IntegrityError:
                        taken.add(game_id)
        if snapshots:
            taken |= self._save(snapshots)
        return taken

    def _insert(self, entries: Sequence[Entry]) -> None:
        adapt = thread_connection.ops.adapt_datetimefield_value
        rows = [
            (
                one.game_id,
                one.seq,
                adapt(datetime.fromtimestamp(one.at, UTC)),
                one.user_id,
                one.kind,
                one.data,
            )
            for one in entries
        ]
        with transaction.atomic(), thread_connection.cursor() as cursor:
            cursor.executemany(self._INSERT, rows)

    def _save(self, snapshots: Sequence[Snapshot]) -> set[str]:
        taken = set()
        with transaction.atomic(), thread_connection.cursor() as cursor:
            for one in snapshots:
                cursor.execute(self._SAVE, [one.seq, one.data, one.game_id, one.epoch])
                if cursor.rowcount == 0:
                    taken.add(one.game_id)
        return taken
