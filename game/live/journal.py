"""The journal's writer: what many rooms accepted while the last commit ran goes into the next one, in one
statement.

Nobody sees an input before it is committed here. One connection a worker; inputs do not wait for company,
snapshots of real-time rooms do for a moment.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import asyncpg
import msgspec
from django.db import connection as thread_connection
from django.db import connections, transaction
from django.db.utils import IntegrityError
from prometheus_client import Histogram

logger = logging.getLogger(__name__)

SNAPSHOTS_WAIT_S = 0.05

batch_size = Histogram(
    "game_journal_batch_entries", "Entries in one commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
)
commit_time = Histogram(
    "game_journal_commit_seconds",
    "Duration of one commit",
    buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
)


class Entry(msgspec.Struct, gc=False):
    """A row of the journal on its way; ``game_id`` is in hex, ``at`` in seconds since the epoch."""

    game_id: str
    seq: int
    at: float
    user_id: int | None
    kind: str
    data: str


class Kept(NamedTuple):
    """A snapshot on its way."""

    game_id: str
    epoch: int
    seq: int
    data: str


class Owner(Protocol):
    """A room, as its journal sees it."""

    def written(self, row: Entry | Kept, told: Any) -> None:
        """The row is committed; ``told`` is what came with it."""

    def lost(self, taken: bool) -> None:
        """The rows that waited are not committed.

        ``taken`` is true when another worker owns the game now, false when the database could not be
        reached: what was on its way may then be written or not.
        """


Waiting = tuple[Entry | Kept, Owner, Any]


class Backend(Protocol):
    """A way to write; both methods return the games whose rows another owner had already written."""

    async def write(self, entries: Sequence[Entry]) -> set[str]: ...
    async def keep(self, snapshots: Sequence[Kept]) -> set[str]: ...
    async def close(self) -> None: ...


class Journal:
    """Queues rows and writes them in groups.

    For each row its owner's ``written`` is called, in the order of a game's rows, or ``lost`` once for all
    rows of that game that were waiting.
    """

    def __init__(self) -> None:
        self._backend: Backend = PostgreSQL() if thread_connection.vendor == "postgresql" else SQLite()
        self._rows: list[Waiting] = []
        self._snapshots: list[Waiting] = []
        self._snapshots_due: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._unheard: list[Waiting] = []
        self.written: Counter[str] = Counter()
        """Entries committed, by kind."""

    def append(self, entry: Entry, owner: Owner, told: Any) -> None:
        """Queue an entry."""
        self._rows.append((entry, owner, told))
        if self._writing is None:
            self._begin_writing()

    def keep(self, snapshot: Kept, owner: Owner, told: Any) -> None:
        """Queue a snapshot; one for which somebody waits to be ``told`` goes at once."""
        self._snapshots.append((snapshot, owner, told))
        if told:
            self.hurry()
        elif self._snapshots_due is None:
            loop = asyncio.get_running_loop()
            self._snapshots_due = loop.call_later(SNAPSHOTS_WAIT_S, self.hurry)

    def hurry(self) -> None:
        """Let the snapshots that wait go now: all together, so that none comes after a newer one of its
        game.
        """
        if self._snapshots_due is not None:
            self._snapshots_due.cancel()
            self._snapshots_due = None
        self._rows += self._snapshots
        self._snapshots = []
        if self._rows and self._writing is None:
            self._begin_writing()

    def _begin_writing(self) -> None:
        self._writing = asyncio.create_task(self._write_waiting(), name="journal")

    async def close(self) -> None:
        """Write what waits, and close."""
        self.hurry()
        while self._writing is not None:
            await asyncio.wait({self._writing})
        await self._backend.close()

    async def _write_waiting(self) -> None:
        try:
            while self._rows:
                batch, self._rows = self._rows, []
                await self._write(batch)
        finally:
            self._writing = None

    async def _write(self, batch: list[Waiting]) -> None:
        entries = [row for row, _, _ in batch if type(row) is Entry]
        newest = {row.game_id: row for row, _, _ in batch if type(row) is Kept}
        batch_size.observe(len(entries))
        try:
            with commit_time.time():
                taken = await self._backend.write(entries) if entries else set()
                if newest:
                    taken |= await self._backend.keep(list(newest.values()))
        except Exception as problem:
            # Whatever it was: rows that are dropped without their rooms' knowledge would leave a gap.
            logger.warning("The journal could not be written: %r", problem)
            self._give_up(batch, {row.game_id for row, _, _ in batch}, taken=False)
            return
        self.written.update([entry.kind for entry in entries])
        self._unheard += [waiting for waiting in batch if waiting[0].game_id not in taken] if taken else batch
        if taken:
            self._give_up(batch, taken, taken=True)
        elif self._rows:
            # First the database gets these, to write them while owners and sockets hear of those.
            asyncio.get_running_loop().call_soon(self._announce)
        else:
            self._announce()

    def _announce(self) -> None:
        """Tell the owners what is committed."""
        unheard, self._unheard = self._unheard, []
        for row, owner, told in unheard:
            try:
                owner.written(row, told)
            except Exception:
                logger.exception("A room failed after its journal was written")

    def _give_up(self, batch: list[Waiting], games: set[str], *, taken: bool) -> None:
        self._announce()
        self.hurry()
        lost = {row.game_id: owner for row, owner, _ in (*batch, *self._rows) if row.game_id in games}
        self._rows = [waiting for waiting in self._rows if waiting[0].game_id not in games]
        for owner in lost.values():
            owner.lost(taken)


def _by_game(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    games: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        games[entry.game_id].append(entry)
    return games


class PostgreSQL:
    """One asyncpg connection on the loop. Entries travel as one JSON text, at half the cost of arrays:
    asyncpg asks of each of their elements whether it is a list.
    """

    _INSERT = """
        INSERT INTO game_journalentry (game_id, seq, at, user_id, kind, data)
        SELECT game_id, seq, to_timestamp(at), user_id, kind, data
        FROM json_to_recordset($1::json)
        AS entry (game_id uuid, seq bigint, at float8, user_id bigint, kind text, data text)
    """
    _KEEP = """
        INSERT INTO game_snapshot AS kept (game_id, epoch, seq, data)
        SELECT game_id::uuid, epoch, seq, data
        FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[]) AS snapshot (game_id, epoch, seq, data)
        ON CONFLICT (game_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, data = excluded.data
        WHERE kept.epoch <= excluded.epoch
        RETURNING game_id
    """

    def __init__(self) -> None:
        self._connection: asyncpg.Connection | None = None

    async def write(self, entries: Sequence[Entry]) -> set[str]:
        connection = await self._connected()
        try:
            await connection.execute(self._INSERT, msgspec.json.encode(entries).decode())
            return set()
        except asyncpg.IntegrityConstraintViolationError:
            return await self._write_game_by_game(connection, entries)

    async def keep(self, snapshots: Sequence[Kept]) -> set[str]:
        connection = await self._connected()
        kept = await connection.fetch(self._KEEP, *zip(*snapshots, strict=True))
        return {snapshot.game_id for snapshot in snapshots} - {row["game_id"].hex for row in kept}

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _write_game_by_game(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> set[str]:
        taken = set()
        for game_id, rows in _by_game(entries).items():
            try:
                await connection.execute(self._INSERT, msgspec.json.encode(rows).decode())
            except asyncpg.IntegrityConstraintViolationError:
                taken.add(game_id)
        return taken

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            database = connections["default"].settings_dict
            self._connection = await asyncpg.connect(
                host=database["HOST"] or None,
                port=int(database["PORT"] or 5432),
                user=database["USER"] or None,
                password=database["PASSWORD"] or None,
                database=database["NAME"],
                timeout=5,
                command_timeout=10,
            )
        return self._connection


class SQLite:
    """One thread with Django's own connection, whose transactions are immediate."""

    _INSERT = """
        INSERT INTO game_journalentry (game_id, seq, at, user_id, kind, data) VALUES (%s, %s, %s, %s, %s, %s)
    """
    _KEEP = """
        INSERT INTO game_snapshot (game_id, epoch, seq, data) VALUES (%s, %s, %s, %s)
        ON CONFLICT (game_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, data = excluded.data
        WHERE game_snapshot.epoch <= excluded.epoch
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def write(self, entries: Sequence[Entry]) -> set[str]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, entries)

    async def keep(self, snapshots: Sequence[Kept]) -> set[str]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._keep, snapshots)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, thread_connection.close)
        self._thread.shutdown()

    def _write(self, entries: Sequence[Entry]) -> set[str]:
        try:
            self._insert(entries)
            return set()
        except IntegrityError:
            taken = set()
            for game_id, rows in _by_game(entries).items():
                try:
                    self._insert(rows)
                except IntegrityError:
                    taken.add(game_id)
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

    def _keep(self, snapshots: Sequence[Kept]) -> set[str]:
        taken = set()
        with transaction.atomic(), thread_connection.cursor() as cursor:
            for kept in snapshots:
                cursor.execute(self._KEEP, kept)
                if cursor.rowcount == 0:
                    taken.add(kept.game_id)
        return taken
