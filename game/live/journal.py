"""The journal's writer: all that the rooms of a worker accepted during one commit goes into the next one, in
one statement.

Nobody is told of an entry before it is committed here. Entries are written without delay; snapshots wait for
each other for a moment. The writer has one connection. It batches by hand,
being on the hot path of every move.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from typing import Protocol

from django.db import DEFAULT_DB_ALIAS, connections
from prometheus_client import Counter as Metric
from prometheus_client import Histogram

from core import telemetry
from game import journals
from game.live.backends import Backend, Outcome, PostgreSQL, SQLite, Traced
from game.live.rows import Entry, Snapshot

logger = logging.getLogger(__name__)

SNAPSHOTS_WAIT_S = 0.05
CLOSE_WITHIN_S = 5.0
# A smaller commit is hardly cheaper.
FEWEST_ROWS = 8
# A lost connection fails once, a full disk again and again.
FAILING_AFTER = 3
TOLD_EVERY_S = 60.0

batch_size = Histogram(
    "game_journal_batch_entries", "Entries in one commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
)
commit_time = Histogram(
    "game_journal_commit_seconds",
    "Duration of one commit",
    buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
)
failures = Metric("game_journal_failures_total", "Attempts to write the journal that failed")


class Owner(Protocol):
    """Whoever hands in the rows of one game."""

    def written(self, entry: Entry) -> None:
        """The entry is committed."""

    def snapshot_saved(self) -> None:
        """The game's oldest snapshot on its way is committed, or was replaced by a newer one that is."""

    def lost(self, taken: bool) -> None:
        """The game's rows that were waiting are not committed.

        ``taken`` is true if another worker owns the game now, false if the database could not be reached:
        rows that were on their way may then be written or not.
        """


Waiting = tuple[Entry | Snapshot, Owner]


class Journal:
    """Queues rows and writes them in groups.

    For each row its owner's ``written`` or ``snapshot_saved`` is called, in the order in which the game's
    rows were queued, or ``lost`` once for all of them.
    """

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        self._alias = alias
        backend = PostgreSQL(alias) if connections[alias].vendor == "postgresql" else SQLite()
        self._backend: Backend = Traced(backend) if telemetry.is_tracing() else backend
        self._rows: list[Waiting] = []
        self._snapshots: list[Waiting] = []
        self._snapshots_due: asyncio.TimerHandle | None = None
        self._batch: list[Waiting] = []
        """The rows that the database is writing, or has just written."""
        self._begun_at = 0.0
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self.written: Counter[str] = Counter()
        """Entries committed, by kind."""
        self._failed_in_a_row = 0
        self._untold = 0
        self._told_at = float("-inf")

    @property
    def is_failing(self) -> bool:
        """Whether the last attempts to write all failed."""
        return self._failed_in_a_row >= FAILING_AFTER

    def failed(self, problem: Exception) -> None:
        """Count an attempt to write that failed, and log it: the first at once, later ones once a minute."""
        failures.inc()
        self._failed_in_a_row += 1
        if self.is_failing:
            journals.avoid(self._alias)
        self._untold += 1
        now = time.monotonic()
        if now - self._told_at >= TOLD_EVERY_S:
            logger.error(
                "The journal in %s cannot be written, so moves are refused"
                " (%d times since the last such line): %r",
                self._alias,
                self._untold,
                problem,
            )
            self._untold, self._told_at = 0, now

    def succeeded(self) -> None:
        """Note that the database takes rows."""
        if self._failed_in_a_row:
            logger.info(
                "The journal in %s can be written again; %d attempts failed",
                self._alias,
                self._failed_in_a_row,
            )
            self._failed_in_a_row = 0

    def append(self, entry: Entry, owner: Owner) -> None:
        """Queue an entry."""
        self._rows.append((entry, owner))
        if self._at_rest.is_set():
            self._begin_writing()

    def save_snapshot(self, snapshot: Snapshot, owner: Owner, *, at_once: bool) -> None:
        """Queue a snapshot, which waits for company for a moment unless it is to be saved at once."""
        self._snapshots.append((snapshot, owner))
        if at_once:
            self.flush_snapshots()
        elif self._snapshots_due is None:
            loop = asyncio.get_running_loop()
            self._snapshots_due = loop.call_later(SNAPSHOTS_WAIT_S, self.flush_snapshots)

    def flush_snapshots(self) -> None:
        """Write all waiting snapshots next: together, so that none follows a newer one of its game."""
        if self._snapshots_due is not None:
            self._snapshots_due.cancel()
            self._snapshots_due = None
        self._rows += self._snapshots
        self._snapshots = []
        if self._rows and self._at_rest.is_set():
            self._begin_writing()

    async def close(self) -> None:
        """Write what waits, and close. What an unresponsive database has not taken in time is dropped, which
        is safe: nobody was told of it.
        """
        self.flush_snapshots()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                while not self._at_rest.is_set():
                    await self._at_rest.wait()
        self._rows = []
        await self._backend.close()

    def _begin_writing(self) -> None:
        self._at_rest.clear()
        # Rows queued in the same iteration of the event loop go along.
        asyncio.get_running_loop().call_soon(self._write_next)

    def _write_next(self) -> None:
        # Half of all rows under way, including those just written and about to be announced: while the
        # database works on one half the worker has the other, and neither waits long. Without this nearly all
        # may end up on one side.
        half = (len(self._rows) + len(self._batch) + 1) // 2
        most = max(half, FEWEST_ROWS)
        self._batch, self._rows = self._rows[:most], self._rows[most:]
        entries = [row for row, _ in self._batch if type(row) is Entry]
        newest = {row.game_id: row for row, _ in self._batch if type(row) is Snapshot}
        batch_size.observe(len(entries))
        self._begun_at = time.perf_counter()
        try:
            self._backend.write(entries, list(newest.values()), self._written)
        except Exception as problem:
            # Whatever it was: rows dropped without their rooms' knowledge would leave a gap.
            asyncio.get_running_loop().call_soon(self._written, problem)

    def _written(self, outcome: Outcome) -> None:
        written = self._batch
        if isinstance(outcome, Exception):
            self.failed(outcome)
            written = self._give_up({row.game_id for row, _ in written}, taken=False)
        else:
            commit_time.observe(time.perf_counter() - self._begun_at)
            self.succeeded()
            if outcome:
                written = self._give_up(outcome, taken=True)
        # First start the next commit, which then runs while owners and sockets are told of this one.
        if self._rows:
            self._write_next()
        else:
            self._batch = []
            self._at_rest.set()
        self._announce(written)

    def _announce(self, written: list[Waiting]) -> None:
        """Tell the owners that these rows are committed."""
        for row, owner in written:
            try:
                if type(row) is Entry:
                    owner.written(row)
                else:
                    owner.snapshot_saved()
            except Exception:
                logger.exception("A room failed after its journal was written")
        self.written.update([row.kind for row, _ in written if type(row) is Entry])

    def _give_up(self, games: set[str], *, taken: bool) -> list[Waiting]:
        """Drop the rows of these games, and tell their owners; return the rest of the batch."""
        self.flush_snapshots()
        lost = {row.game_id: owner for row, owner in (*self._batch, *self._rows) if row.game_id in games}
        self._rows = [waiting for waiting in self._rows if waiting[0].game_id not in games]
        for owner in lost.values():
            try:
                owner.lost(taken)
            except Exception:
                logger.exception("A room failed as its journal was not written")
        return [waiting for waiting in self._batch if waiting[0].game_id not in games]
