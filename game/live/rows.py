"""Rows on their way to the journal."""

import msgspec

from core.ids import UserId


class Entry(msgspec.Struct, gc=False):
    """A journal entry; ``game_id`` is in hex, ``at`` in seconds since the epoch."""

    game_id: str
    seq: int
    at: float
    user_id: UserId | None
    kind: str
    data: str


class Snapshot(msgspec.Struct, gc=False):
    """The table of a game after entry ``seq``; ``epoch`` is the game's under its present owner."""

    game_id: str
    epoch: int
    seq: int
    data: str
