"""The entries of a room's journal: how each is stored, what it changes, and what clients are told of it.

An entry is a row of kind and data. Moves are the only ones on the hot path: a live room plays a move itself
before it makes the entry, since only the rules can tell whether to accept it, and assembles its frames in
``frames``.
"""

from collections.abc import Iterable
from typing import ClassVar, get_args

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder

from core.ids import UserId
from game import events
from game.author.leaving import Why
from game.live.room.table import Table
from game.live.seats import Seated
from game.models import JournalEntry
from game.records import EntryRecord

Kind = JournalEntry.Kind


class Started(Struct):
    """All players were ready, and the game began; by correspondence, at this Unix time in milliseconds."""

    kind: ClassVar[str] = Kind.START.value

    at_ms: int | UnsetType = UNSET

    def apply(self, table: Table) -> None:
        table.is_started = True
        if self.at_ms is not UNSET:
            table.began_ms = self.at_ms
        for seat in table.taken:
            table.play(seat)

    def event(self, seq: int) -> events.RoomEvent:
        return events.GameStart(seq=seq)


class Ended(Struct):
    """The game is over; written with the result, in one transaction (see ``services.finish``)."""

    kind: ClassVar[str] = Kind.OVER.value

    def apply(self, table: Table) -> None:
        pass


class Rang(Struct):
    """Something was due by itself by this tick of a game that is not in real time: a timer, a phase's end."""

    kind: ClassVar[str] = Kind.TIMER.value

    tick: int
    left_ms: list[int] | None = None

    def apply(self, table: Table) -> None:
        table.go_to(self.tick)
        if table.clocks is not None and self.left_ms:
            table.clocks.restore(self.left_ms)


class PhaseEntered(Struct):
    """The game has entered this phase; changes nothing, but clients are told."""

    kind: ClassVar[str] = Kind.PHASE.value

    name: str

    def apply(self, table: Table) -> None:
        pass


class Moved(Struct):
    """A player moved. ``left_ms`` are the clocks of a turn-based game after it, None if it has none; ``tick``
    is the tick at which the movement was applied, in real time and in games with phases or timers.
    """

    kind: ClassVar[str] = Kind.MOVE.value

    movement: Raw
    left_ms: list[int] | UnsetType | None = UNSET
    tick: int | UnsetType = UNSET

    def apply(self, table: Table, seat: Seated) -> None:
        if seat.bot_level is None:
            seat.has_moved = True
        if self.tick is not UNSET:
            if table.match.game.real_time:
                table.steer(seat.number, bytes(self.movement), self.tick)
                return
            table.go_to(self.tick)
        table.match.play(seat.number, self.movement)
        table.draw_offers &= {seat.number}
        table.forget_undo()
        if table.clocks is not None and self.left_ms:
            table.clocks.restore(self.left_ms)


class TimedOut(Struct):
    """The time of a player's turn was up: the rules made this movement for them, or skipped the turn ({}).

    Another kind than ``Moved``: who only lets time pass has not moved.
    """

    kind: ClassVar[str] = Kind.TIMEOUT.value

    movement: Raw = Raw(b"{}")
    left_ms: list[int] | None = None
    tick: int | UnsetType = UNSET

    def apply(self, table: Table, seat: Seated) -> None:
        if self.tick is not UNSET:
            table.go_to(self.tick)
        table.match.time_out(seat.number)
        table.forget_undo()
        if table.clocks is not None and self.left_ms:
            table.clocks.restore(self.left_ms)


class Undone(Struct):
    """All agreed that a player has the own last move back."""

    kind: ClassVar[str] = Kind.UNDONE.value

    left_ms: list[int] | None = None
    tick: int | UnsetType = UNSET

    def apply(self, table: Table, seat: Seated) -> None:
        if self.tick is not UNSET:
            table.go_to(self.tick)
        table.match.take_back(seat.number)
        table.forget_undo()
        if table.clocks is not None and self.left_ms:
            table.clocks.restore(self.left_ms)


class Joined(Struct):
    """A player opened the room for the first time."""

    kind: ClassVar[str] = Kind.JOINED.value

    def apply(self, table: Table, seat: Seated) -> None:
        seat.joined = True

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.PlayerJoined(user_id=seat.user_id, username=seat.username, seq=seq)


class Left(Struct):
    """A player's last socket closed."""

    kind: ClassVar[str] = Kind.LEFT.value

    def apply(self, table: Table, seat: Seated) -> None:
        seat.left_told = True

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.PlayerLeft(
            user_id=seat.user_id, username=seat.username, grace_s=table.match.game.grace, seq=seq
        )


class Reconnected(Struct):
    """A player is back, in a game with ticks at this one."""

    kind: ClassVar[str] = Kind.RECONNECTED.value

    tick: int | UnsetType = UNSET

    def apply(self, table: Table, seat: Seated) -> None:
        seat.left_told = False
        if seat.gone is not None:
            if self.tick is not UNSET:
                table.go_to(self.tick)
            table.take_back(seat)

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.PlayerReconnected(user_id=seat.user_id, username=seat.username, seq=seq)


class Departed(Struct):
    """A player left a game that goes on, at this tick if it has any; a bot of this level plays the seat."""

    kind: ClassVar[str] = Kind.DEPARTED.value

    why: Why
    bot_level: int | None = None
    is_offered: bool = False
    tick: int | UnsetType = UNSET

    def apply(self, table: Table, seat: Seated) -> None:
        if self.tick is not UNSET:
            table.go_to(self.tick)
        table.match.leave(seat.number, self.why)
        self.mark(table, seat)

    def mark(self, table: Table, seat: Seated) -> None:
        """Change the table, after the rules have changed the match."""
        table.depart(seat, self.why, self.bot_level, is_offered=self.is_offered)

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.PlayerReplaced(user_id=seat.user_id, by=None, bot_level=self.bot_level, seq=seq)


class SeatTaken(Struct):
    """A user took a free seat, in a running real-time game at this tick. User 0 is nobody."""

    kind: ClassVar[str] = Kind.SEATED.value

    seat: int
    replaces: UserId
    username: str
    rating: int | None
    tick: int | UnsetType = UNSET
    bot_level: int | UnsetType = UNSET

    def apply(self, table: Table, user_id: UserId) -> None:
        if self.tick is not UNSET:
            table.go_to(self.tick)
        seat, level = table.seats[self.seat], None if self.bot_level is UNSET else self.bot_level
        table.seat_user(seat, user_id, self.username, self.rating, bot_level=level)

    def event(self, user_id: UserId, seq: int) -> events.RoomEvent:
        return events.PlayerReplaced(user_id=self.replaces or None, by=user_id, bot_level=None, seq=seq)


class Ready(Struct):
    """A player is ready to begin."""

    kind: ClassVar[str] = Kind.READY.value

    def apply(self, table: Table, seat: Seated) -> None:
        seat.ready = True

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.PlayerReady(user_id=seat.user_id, seq=seq)


class Said(Struct):
    """A player wrote a chat message."""

    kind: ClassVar[str] = Kind.CHAT.value

    message: str

    def apply(self, table: Table, seat: Seated) -> None:
        pass

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.ChatMessage(user_id=seat.user_id, username=seat.username, message=self.message, seq=seq)


class Acted(Struct):
    """A player did something other than a move; an action of the game's own has a tick, as moves have."""

    kind: ClassVar[str] = Kind.ACTION.value

    action: str
    data: Raw = Raw(b"{}")
    tick: int | UnsetType = UNSET
    left_ms: list[int] | UnsetType = UNSET

    def apply(self, table: Table, seat: Seated) -> None:
        match self.action:
            case "offer_draw" | "accept_draw":
                table.draw_offers.add(seat.number)
            case "rematch":
                table.rematch_wanted.add(seat.number)
            case "ask_undo" | "accept_undo":
                table.wants_undo(seat)
            case "decline_undo":
                table.forget_undo()
            case own if own in table.match.game.actions:
                if self.tick is not UNSET:
                    table.go_to(self.tick)
                table.match.act(seat.number, own, self.data)
                if table.clocks is not None and self.left_ms:
                    table.clocks.restore(self.left_ms)

    def event(self, table: Table, seat: Seated, seq: int) -> events.RoomEvent:
        return events.GameAction(action=self.action, data=self.data, user_id=seat.user_id, seq=seq)


ByPlayer = Joined | Left | Reconnected | Departed | Ready | Said | Acted
"""Actions of players besides moves: applied, journalled and announced in one way."""

Change = Rang | TimedOut | Undone | Acted
"""Changes of a match other than by a move: whoever writes them has applied them."""

OfGame = Started | Ended | Rang | PhaseEntered
"""Entries about the game as a whole, made by no player."""

RoomEntry = ByPlayer | Moved | TimedOut | Undone | OfGame | SeatTaken

_decoders = {entry.kind: Decoder(entry).decode for entry in get_args(RoomEntry)}


def read(kind: str, data: str) -> RoomEntry:
    """Return the entry of a journal row."""
    entry: RoomEntry = _decoders[kind](data)
    return entry


def replay(table: Table, rows: Iterable[EntryRecord]) -> None:
    """Apply the entries of a journal again. Raises whatever the rules raise."""
    for row in rows:
        apply(read(row.kind, row.data), table, row.user_id)


def apply(entry: RoomEntry, table: Table, user_id: UserId | None) -> None:
    """Apply an entry of this user, or of nobody. Raises whatever the rules raise."""
    if isinstance(entry, OfGame):
        entry.apply(table)
    elif isinstance(entry, SeatTaken):
        assert user_id is not None
        entry.apply(table, user_id)
    else:
        entry.apply(table, next(seat for seat in table.seats if seat.user_id == user_id))


def resigned(table: Table, last: EntryRecord) -> Seated | None:
    """Return the seat of the player who has resigned with this entry, if any."""
    entry = read(last.kind, last.data)
    if not isinstance(entry, Acted) or entry.action != "resign":
        return None
    return next(seat for seat in table.seats if seat.user_id == last.user_id)
