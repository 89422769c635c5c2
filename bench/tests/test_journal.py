"""The server without a journal publishes everything at once."""

from typing import Any
from uuid import uuid4

from bench.journal import NoJournal
from game.live.rows import Entry, Snapshot


class Room:
    """Records the calls of the journal."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def written(self, entry: Any) -> None:
        self.heard.append(entry)

    def snapshot_saved(self) -> None:
        self.heard.append("saved")


def test_a_row_counts_as_written_when_it_is_handed_in() -> None:
    room: Any = Room()
    entry = Entry(uuid4().hex, 1, 0.0, None, "move", "{}")
    NoJournal().append(entry, room)
    NoJournal().save_snapshot(Snapshot(entry.game_id, 1, 1, "{}"), room, at_once=False)
    assert room.heard == [entry, "saved"]
