"""The journal's writer: what many rooms accepted while the last commit ran goes into the next one, in one
statement.

Nobody sees an input before it is committed here. One connection a worker; inputs do not wait for company,
snapshots of real-time rooms do for a moment.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from typing import Any, Protocol

from django.db import connection as thread_connection
from prometheus_client import Counter as Metric
from prometheus_client import Histogram

from core import telemetry
from game.live.backends import Backend, Outcome, PostgreSQL, SQLite, Traced
from game.live.rows import Entry, Kept

logger = logging.getLogger(__name__)

SNAPSHOTS_WAIT_S = 0.05
CLOSE_WITHIN_S = 5.0
# A commit of fewer rows costs hardly less.
FEWEST_ROWS = 8
# One failure is a connection that was lost; a full disk fails again and again.
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
    """A room, as its journal sees it."""

    def written(self, row: Entry | Kept, told: Any) -> None:
        """The row is committed; ``told`` is what came with it."""

    def lost(self, taken: bool) -> None:
        """The rows that waited are not committed.

        ``taken`` is true when another worker owns the game now, false when the database could not be
        reached: what was on its way may then be written or not.
        """


Waiting = tuple[Entry | Kept, Owner, Any]


class Journal:
    """Queues rows and writes them in groups.

    For each row its owner's ``written`` is called, in the order of a game's rows, or ``lost`` once for all
    rows of that game that were waiting.
    """

    def __init__(self) -> None:
        backend = PostgreSQL() if thread_connection.vendor == "postgresql" else SQLite()
        self._backend: Backend = Traced(backend) if telemetry.is_tracing() else backend
        self._rows: list[Waiting] = []
        self._snapshots: list[Waiting] = []
        self._snapshots_due: asyncio.TimerHandle | None = None
        self._batch: list[Waiting] = []
        """What the database has, or has just written."""
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
        self._untold += 1
        now = time.monotonic()
        if now - self._told_at >= TOLD_EVERY_S:
            logger.error(
                "The journal cannot be written, so moves are refused (%d times since the last such line): %r",
                self._untold,
                problem,
            )
            self._untold, self._told_at = 0, now

    def succeeded(self) -> None:
        """Note that the database takes rows."""
        if self._failed_in_a_row:
            logger.info("The journal can be written again; %d attempts failed", self._failed_in_a_row)
            self._failed_in_a_row = 0

    def append(self, entry: Entry, owner: Owner, told: Any) -> None:
        """Queue an entry."""
        self._rows.append((entry, owner, told))
        if self._at_rest.is_set():
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
        if self._rows and self._at_rest.is_set():
            self._begin_writing()

    async def close(self) -> None:
        """Write what waits, and close. What a database that does not answer has not taken in time is
        dropped: nobody was told of it.
        """
        self.hurry()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                while not self._at_rest.is_set():
                    await self._at_rest.wait()
        self._rows = []
        await self._backend.close()

    def _begin_writing(self) -> None:
        self._at_rest.clear()
        # What comes in the same turn of the loop goes with it.
        asyncio.get_running_loop().call_soon(self._write_next)

    def _write_next(self) -> None:
        # Half of all that is under way, with what was just written and is about to be answered: while the
        # database has one half, the worker has the other, and neither waits long. Without this nearly all may
        # come to be in one of the two.
        half = (len(self._rows) + len(self._batch) + 1) // 2
        most = max(half, FEWEST_ROWS)
        self._batch, self._rows = self._rows[:most], self._rows[most:]
        entries = [row for row, _, _ in self._batch if type(row) is Entry]
        newest = {row.game_id: row for row, _, _ in self._batch if type(row) is Kept}
        batch_size.observe(len(entries))
        self._begun_at = time.perf_counter()
        try:
            self._backend.write(entries, list(newest.values()), self._written)
        except Exception as problem:
            # Whatever it was: rows that are dropped without their rooms' knowledge would leave a gap.
            asyncio.get_running_loop().call_soon(self._written, problem)

    def _written(self, outcome: Outcome) -> None:
        written = self._batch
        if isinstance(outcome, Exception):
            self.failed(outcome)
            written = self._give_up({row.game_id for row, _, _ in written}, taken=False)
        else:
            commit_time.observe(time.perf_counter() - self._begun_at)
            self.succeeded()
            if outcome:
                written = self._give_up(outcome, taken=True)
        # First the database gets the next, to write them while owners and sockets hear of these.
        if self._rows:
            self._write_next()
        else:
            self._batch = []
            self._at_rest.set()
        self._announce(written)

    def _announce(self, written: list[Waiting]) -> None:
        """Tell the owners what is committed."""
        for row, owner, told in written:
            try:
                owner.written(row, told)
            except Exception:
                logger.exception("A room failed after its journal was written")
        self.written.update([row.kind for row, _, _ in written if type(row) is Entry])

    def _give_up(self, games: set[str], *, taken: bool) -> list[Waiting]:
        """Drop the rows of these games, and tell their owners; return what else was in the batch."""
        self.hurry()
        lost = {row.game_id: owner for row, owner, _ in (*self._batch, *self._rows) if row.game_id in games}
        self._rows = [waiting for waiting in self._rows if waiting[0].game_id not in games]
        for owner in lost.values():
            try:
                owner.lost(taken)
            except Exception:
                logger.exception("A room failed as its journal was not written")
        return [waiting for waiting in self._batch if waiting[0].game_id not in games]
