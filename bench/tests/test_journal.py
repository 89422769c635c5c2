"""The server without a journal tells everything at once."""

from uuid import uuid4

from bench.journal import NoJournal
from game.live.rows import Kept


class Room:
    """Remembers what the journal tells it."""

    def __init__(self):
        self.heard = []

    def written(self, row, told):
        self.heard.append((row, told))


def test_a_row_counts_as_written_when_it_is_handed_in():
    room, row = Room(), Kept(uuid4().hex, 1, 1, "{}")
    NoJournal().append(row, room, "frames")
    assert room.heard == [(row, "frames")]
