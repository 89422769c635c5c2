"""Plain values that carry a game between the database and its room."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from game.author.game import Score


class SeatRecord(NamedTuple):
    """Who sits where; guests have no ``rating``."""

    number: int
    user_id: int
    username: str
    bot_level: int | None
    rating: int | None


class Entrant(NamedTuple):
    """Who waits to be seated by a queue, and the unfinished match of that queue which they may still have.

    ``rating`` and ``uncertainty`` (its standard deviation) are in points as shown to players.
    """

    user_id: int
    username: str
    is_guest: bool
    rating: int
    uncertainty: int
    open_game: UUID | None


class QueuedParty(NamedTuple):
    """Players who queued together, and when."""

    players: list[Entrant]
    queued_at: datetime


class SeatedGame(NamedTuple):
    """What a game is, and who sits in it in the order of the seats."""

    name: str
    mode: str
    seats: list[SeatRecord]


class EntryRecord(NamedTuple):
    """A row of the journal, but for its time, which would cost five times the rest to read."""

    seq: int
    user_id: int | None
    kind: str
    data: str


class RoomRecord(NamedTuple):
    """All that a room is rebuilt from."""

    game_id: UUID
    name: str
    state: str
    seats_wanted: int
    seed: int
    options: dict[str, Any]
    private: bool
    epoch: int
    result: dict[str, Any] | None
    seats: list[SeatRecord]
    entries: list[EntryRecord]
    snapshot: str | None


class Ending(NamedTuple):
    """How a game ended: winning seats, why, the score of each seat, what spectators saw last.

    The winners of a game that is ``aborted`` are those who were there to play it.
    """

    winners: tuple[int, ...]
    reason: str
    scores: tuple[Score, ...]
    final_view: dict[str, Any]
    tick: int
