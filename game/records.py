"""Plain values that carry a game between the database and its room."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct

from core.ids import UserId
from game.author.leaving import Why
from game.author.results import Places, Score


class SeatRecord(NamedTuple):
    """The user in a seat, or who has ``left`` it to others; guests have no ``rating``."""

    number: int
    user_id: UserId
    username: str
    bot_level: int | None
    rating: int | None
    left: bool = False


class TakenSeat(NamedTuple):
    """The user in a seat, or who has left it to others, with the rating before and after and the score.

    Guests have no rating.
    """

    number: int
    user_id: UserId
    username: str
    bot_level: int | None
    rating_before: int | None
    rating_after: int | None
    score: float | None
    left_at: datetime | None

    @property
    def left(self) -> bool:
        """Whether others may take, or have taken, the seat."""
        return self.left_at is not None


class Entrant(NamedTuple):
    """A user to be seated by a queue, and their unfinished game from that queue, if any.

    ``rating`` and ``uncertainty`` (its standard deviation) are in displayed points.
    """

    user_id: UserId
    username: str
    is_guest: bool
    rating: int
    uncertainty: int
    open_game: UUID | None


class QueuedParty(NamedTuple):
    """Players who queued together, and the time when they did."""

    players: list[Entrant]
    queued_at: datetime


class SeatedGame(NamedTuple):
    """A game and its players, in order of seats."""

    name: str
    mode: str
    seats: list[SeatRecord]


class EntryRecord(NamedTuple):
    """A row of the journal without its time, which would cost five times the rest to read."""

    seq: int
    user_id: UserId | None
    kind: str
    data: str


class JournalRow(Struct, array_like=True, gc=False):
    """A row of the journal, as an archive keeps it."""

    seq: int
    at: datetime
    user_id: UserId | None
    kind: str
    data: str


class SeatState(Struct, array_like=True):
    """A seat and its player, as a snapshot keeps them."""

    number: int
    user_id: UserId
    username: str
    rating: int | None
    bot_level: int | None
    joined: bool
    ready: bool
    left_told: bool
    has_moved: bool
    gone: Why | None
    is_offered: bool


class TableState(Struct, kw_only=True):
    """A room's table, as a snapshot keeps it; ``rules`` is the digest of the rules that made it."""

    rules: str
    match: dict[str, Any]
    seats: list[SeatState]
    left_ms: list[int] | None
    draw_offers: list[int]
    departed: list[int]
    undo_asked_by: int | None = None
    undo_agreed: list[int] = []
    began_ms: int = 0


class RoomRecord(NamedTuple):
    """Everything needed to rebuild a room."""

    game_id: UUID
    name: str
    state: str
    seats_wanted: int
    seed: int
    options: dict[str, Any]
    private: bool
    rated: bool
    created_by: int | None
    epoch: int
    journal: int
    result: dict[str, Any] | None
    seats: list[SeatRecord]
    """Everybody who has a seat, or had one, in order of number and time."""
    first_seats: list[SeatRecord]
    """Those who had the seats when the journal began; not known with a snapshot."""
    snapshot: TableState | None
    snapshot_seq: int
    """The number of the last entry that is part of the snapshot; 0 without one."""
    entries: list[EntryRecord]
    """The journal, with a snapshot only from its last entry on."""


class Ending(NamedTuple):
    """The end of a game: winning seats, reason, score of each seat, and the spectators' last view.

    The winners of an ``aborted`` game are the players who were present. Without ``places`` the winners share
    the first one, and all others the second. ``left`` are the seats whose players left a game that went on
    without them, ``idle`` those of them who had not moved before.
    """

    winners: tuple[int, ...]
    reason: str
    scores: tuple[Score, ...]
    final_view: dict[str, Any]
    tick: int
    places: Places = ()
    teams: Places = ()
    left: tuple[int, ...] = ()
    idle: tuple[int, ...] = ()
