"""A room's way to the journal: what it accepted is told once it is committed."""

import time
from collections import deque
from collections.abc import Callable

from core.ids import UserId
from game.live.audience import Audience
from game.live.journal import Journal
from game.live.listeners import Answer, Frames, acknowledge
from game.live.rows import Entry, Snapshot
from game.live.sync import Deltas


class Commits:
    """Numbers a room's entries, hands them to the journal, and tells the audience once each is committed.

    ``seq`` is the number of the last entry that is told, ``committed`` of the last one that everybody may
    know. An entry that nobody is told of has a ``row`` of the journal only.
    ``on_lost`` is called when the journal could not be written (see ``Owner.lost``), ``on_scores_saved`` when
    no new score waits for its snapshot any more.
    """

    __slots__ = (
        "_answers",
        "_audience",
        "_epoch",
        "_game_hex",
        "_journal",
        "_on_lost",
        "_on_scores_saved",
        "_snapshots",
        "_unwritten",
        "_waiting",
        "_when_saved",
        "committed",
        "row",
        "seq",
    )

    def __init__(
        self,
        game_hex: str,
        epoch: int,
        journal: Journal,
        audience: Audience,
        *,
        on_lost: Callable[[bool], None],
        on_scores_saved: Callable[[], None],
    ) -> None:
        self.seq = self.committed = self.row = 0
        self._game_hex = game_hex
        self._journal = journal
        self._audience = audience
        self._unwritten: deque[tuple[Frames | None, Deltas | None]] = deque()
        self._answers: dict[int, Answer] = {}
        """Of the entries that answer a command with an ``id``, by their row."""
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self._epoch = epoch
        self._on_lost = on_lost
        self._on_scores_saved = on_scores_saved
        self._snapshots: deque[bool] = deque()
        """Of each snapshot on its way, oldest first, whether it has a new score."""
        self._when_saved: Callable[[], None] | None = None

    def write(
        self,
        kind: str,
        user_id: UserId | None,
        data: str,
        frames: Frames | None,
        answer: Answer | None = None,
        deltas: Deltas | None = None,
    ) -> None:
        """Journal the next entry; its frames, if any, are told when it is committed."""
        self.row = row = self.row + 1
        if frames is not None:
            self.seq += 1
        if answer is not None:
            self._answers[row] = answer
        self._unwritten.append((frames, deltas))
        self._journal.append(Entry(self._game_hex, row, time.time(), user_id, kind, data), self)

    def save_snapshot(self, data: str, *, has_new_score: bool) -> None:
        """Store the table as it is now, at once if a new score waits for it."""
        self._snapshots.append(has_new_score)
        snapshot = Snapshot(self._game_hex, self._epoch, self.row, data)
        self._journal.save_snapshot(snapshot, self, at_once=has_new_score)

    def resume(self, row: int, untold: int) -> None:
        """Continue after this row, which is committed; of so many nobody was told."""
        self.row = row
        self.seq = self.committed = row - untold

    def add_committed(self, frames: Frames) -> None:
        """Count an entry that was committed without the journal, and tell its frames."""
        self.row += 1
        self.seq += 1
        self._written(self.row, frames, None)

    def when_committed(self, function: Callable[[], None]) -> None:
        """Call the function once all entries so far are committed."""
        if self._unwritten:
            self._waiting.append((self.row, function))
        else:
            function()

    def when_saved(self, function: Callable[[], None]) -> None:
        """Call the function once no snapshot is on its way any more."""
        if self._snapshots:
            self._when_saved = function
            self._journal.flush_snapshots()
        else:
            function()

    # Called by the journal, in the order of the rows.

    def written(self, entry: Entry) -> None:
        frames, deltas = self._unwritten.popleft()
        self._written(entry.seq, frames, deltas)

    def snapshot_saved(self) -> None:
        has_new_score = self._snapshots.popleft()
        if not self._snapshots and self._when_saved is not None:
            function, self._when_saved = self._when_saved, None
            function()
        if has_new_score and not any(self._snapshots):
            self._on_scores_saved()

    def lost(self, taken: bool) -> None:
        self._on_lost(taken)

    def _written(self, row: int, frames: Frames | None, deltas: Deltas | None) -> None:
        answer = self._answers.pop(row, None) if self._answers else None
        if frames is None:
            acknowledge(answer)
        else:
            self.committed += 1
            self._audience.tell(frames, self.committed, answer, deltas)
        waiting = self._waiting
        while waiting and waiting[0][0] <= row:
            waiting.popleft()[1]()
