"""What goes into the journal."""

import msgspec


class Entry(msgspec.Struct, gc=False):
    """A row of the journal on its way; ``game_id`` is in hex, ``at`` in seconds since the epoch."""

    game_id: str
    seq: int
    at: float
    user_id: int | None
    kind: str
    data: str


class Kept(msgspec.Struct, gc=False):
    """A snapshot on its way."""

    game_id: str
    epoch: int
    seq: int
    data: str
