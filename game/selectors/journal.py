"""Queries that read the journal of a game: what its room and its replay are made of."""

import uuid
from collections.abc import Collection, Iterable, Sequence

import msgspec
from django.db.models import QuerySet
from msgspec import UNSET, UnsetType

from core.ids import UserId
from game import journals, shapes
from game.author import catalogue
from game.models import Game, JournalEntry, Snapshot
from game.records import EntryRecord, JournalRow, RoomRecord, SeatRecord, TableState, TakenSeat
from game.refusals import JournalDeleted
from game.selectors.entries import entries
from game.selectors.games import game


class _MoveMade(msgspec.Struct):
    """The part of a move's journal entry that replays need; real-time games have the tick."""

    movement: msgspec.Raw
    tick: int | UnsetType = UNSET


class _Seating(msgspec.Struct):
    """The part of the journal entry of somebody who took a seat that replays need."""

    seat: int
    replaces: UserId
    tick: int | UnsetType = UNSET


class _Departure(msgspec.Struct):
    """The part of a departure's journal entry that replays need."""

    why: str
    bot_level: int | None = None
    is_offered: bool = False
    tick: int | UnsetType = UNSET


class _Return(msgspec.Struct):
    """The part of a return's journal entry that replays need."""

    tick: int | UnsetType = UNSET


class _ActionDone(msgspec.Struct):
    """The part of an action's journal entry that replays need; ``data`` only of a game's own."""

    action: str
    data: msgspec.Raw = msgspec.Raw(b"{}")
    tick: int | UnsetType = UNSET


class _Due(msgspec.Struct):
    """The part of what was due, or undone, that replays need; the movement is one made for a player."""

    movement: msgspec.Raw = msgspec.Raw(b"{}")
    tick: int | UnsetType = UNSET


class _Said(msgspec.Struct):
    """The part of a chat message's journal entry that is read back."""

    message: str


# Actions that affect the game's result.
_DECISIVE_ACTIONS = frozenset({"resign", "offer_draw", "accept_draw"})

_PLAYED = (
    JournalEntry.Kind.MOVE,
    JournalEntry.Kind.TIMEOUT,
    JournalEntry.Kind.TIMER,
    JournalEntry.Kind.UNDONE,
    JournalEntry.Kind.ACTION,
    JournalEntry.Kind.DEPARTED,
    JournalEntry.Kind.RECONNECTED,
    JournalEntry.Kind.SEATED,
    JournalEntry.Kind.START,
)

_read_seating = msgspec.json.Decoder(_Seating).decode
_read_departure = msgspec.json.Decoder(_Departure).decode
_read_return = msgspec.json.Decoder(_Return).decode
_read_move = msgspec.json.Decoder(_MoveMade).decode
_read_action = msgspec.json.Decoder(_ActionDone).decode
_read_due = msgspec.json.Decoder(_Due).decode
_read_chat = msgspec.json.Decoder(_Said).decode
_read_table = msgspec.json.Decoder(TableState).decode


def movers(game: Game) -> tuple[set[UserId], set[UserId]]:
    """Return the users, bots included, who have moved in this game, and those who have only let time pass."""
    kind = JournalEntry.Kind
    entries = _rows(game).filter(kind__in=(kind.MOVE, kind.TIMEOUT))
    pairs = set(entries.values_list("user_id", "kind").distinct())
    moved = {user_id for user_id, done in pairs if user_id and done == kind.MOVE}
    return moved, {user_id for user_id, _ in pairs if user_id} - moved


def first_seats(
    game: Game, seats: Sequence[TakenSeat], taken: Iterable[tuple[int, UserId]]
) -> list[SeatRecord]:
    """Return those who had the seats of a game when its journal began.

    ``taken`` are the seats that were taken later, in this order, each with the user who was replaced.
    """
    if catalogue.get(game.name).open:
        return []
    replaced: dict[int, UserId] = {}
    for number, user_id in taken:
        replaced.setdefault(number, user_id)
    records = _seat_records(seats)
    of_user = {seat.user_id: seat for seat in records}
    first: dict[int, SeatRecord] = {}
    for number, user_id in replaced.items():
        known = of_user.get(user_id, SeatRecord(number, user_id, "", None, None))
        first[number] = known._replace(number=number)
    for seat in records:
        if seat.user_id not in replaced.values():
            first.setdefault(seat.number, seat)
    return list(first.values())


def first_users(game: Game, seats: Sequence[TakenSeat], made: Iterable[shapes.Input]) -> list[UserId]:
    """Return the users by seat as a game with these inputs began; 0 for a free seat."""
    read = [_read_seating(bytes(one.movement)) for one in made if one.type == "seat_taken"]
    taken = [(seating.seat, seating.replaces) for seating in read]
    first = {seat.number: seat.user_id for seat in first_seats(game, seats, taken)}
    return [first.get(number, UserId(0)) for number in range(game.seats_wanted)]


def _seat_records(seats: Iterable[TakenSeat]) -> list[SeatRecord]:
    return [
        SeatRecord(seat.number, seat.user_id, seat.username, seat.bot_level, seat.rating_before, seat.left)
        for seat in seats
    ]


def _taken_later(entries: Iterable[EntryRecord]) -> list[tuple[int, UserId]]:
    read = [_read_seating(entry.data) for entry in entries if entry.kind == JournalEntry.Kind.SEATED]
    return [(seating.seat, seating.replaces) for seating in read]


def room_record(game_id: uuid.UUID, *, uses_snapshot: bool = True) -> RoomRecord:
    """Return everything needed to rebuild a room. Raises ``UnknownMatch``, ``JournalDeleted``."""
    found, taken = game(game_id)
    snapshot, seq = _snapshot(found) if uses_snapshot else (None, 0)
    entries = _records_since(found, seq)
    return RoomRecord(
        game_id=found.pk,
        name=found.name,
        state=found.state,
        seats_wanted=found.seats_wanted,
        seed=found.seed,
        options=found.options,
        private=found.private,
        rated=found.rated,
        created_by=found.created_by_id,
        epoch=found.epoch,
        journal=found.journal,
        result=found.result,
        seats=_seat_records(taken),
        first_seats=[] if snapshot else first_seats(found, taken, _taken_later(entries)),
        snapshot=snapshot,
        snapshot_seq=seq,
        entries=entries,
    )


def _records_since(game: Game, seq: int) -> list[EntryRecord]:
    if game.state in Game.OVER:
        return [EntryRecord(row.seq, row.user_id, row.kind, row.data) for row in _all_entries(game)]
    rows = _rows(game).filter(seq__gte=seq).order_by("seq")
    return [EntryRecord(*row) for row in rows.values_list("seq", "user_id", "kind", "data")]


def _rows(game: Game) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.using(journals.alias(game.journal)).filter(game=game.pk)


def _all_entries(game: Game, kinds: Collection[str] = ()) -> list[JournalRow]:
    found = entries(game, kinds=kinds)
    # A game that was played to an end has at least the entry of it; an abandoned one may never have begun.
    is_played = game.state in Game.OVER and game.state != Game.State.ABANDONED
    if not found and is_played and not entries(game, newest=1):
        raise JournalDeleted
    return found


def _snapshot(game: Game) -> tuple[TableState | None, int]:
    """Return the latest saved table of a game and its last entry, or None and 0.

    A snapshot that another release has written in another form is not used. If the rules of a turn-based game
    have changed, its journal tells how it stands by the new ones. A real-time game goes on from where players
    have seen it.
    """
    row = Snapshot.objects.filter(game=game).values_list("data", "seq").first()
    if row is None:
        return None, 0
    rules = catalogue.get(game.name)
    try:
        table = _read_table(row[0])
    except msgspec.DecodeError:
        return None, 0
    if table.rules != rules.source_digest and not rules.real_time:
        return None, 0
    return table, row[1]


def inputs(game: Game) -> list[shapes.Input]:
    """Return the players' inputs in order, in the form used by replays. Raises ``JournalDeleted``."""
    rules = catalogue.get(game.name)
    decisive = _DECISIVE_ACTIONS | rules.actions.keys()
    made: list[shapes.Input] = []
    departed: set[UserId | None] = set()
    for row in _all_entries(game, _PLAYED):
        match row.kind:
            case JournalEntry.Kind.RECONNECTED if row.user_id not in departed:
                continue
            case JournalEntry.Kind.START if not rules.open:
                continue
            case JournalEntry.Kind.DEPARTED:
                departed.add(row.user_id)
            case JournalEntry.Kind.RECONNECTED:
                departed.remove(row.user_id)
            case JournalEntry.Kind.ACTION if _read_action(row.data).action not in decisive:
                continue
        type, movement, tick = _input(row.kind, row.data)
        made.append(
            shapes.Input(seq=row.seq, at=row.at, user_id=row.user_id, type=type, movement=movement, tick=tick)
        )
    return made


def _input(kind: str, data: str) -> tuple[str, msgspec.Raw, int | UnsetType]:
    match kind:
        case JournalEntry.Kind.MOVE:
            move = _read_move(data)
            return "player_move", move.movement, move.tick
        case JournalEntry.Kind.DEPARTED:
            left = _read_departure(data)
            told = {"why": left.why, "bot_level": left.bot_level, "is_offered": left.is_offered}
            return "player_replaced", msgspec.Raw(msgspec.json.encode(told)), left.tick
        case JournalEntry.Kind.SEATED:
            seating = _read_seating(data)
            told = {"seat": seating.seat, "replaces": seating.replaces}
            return "seat_taken", msgspec.Raw(msgspec.json.encode(told)), seating.tick
        case JournalEntry.Kind.RECONNECTED:
            return "player_reconnected", msgspec.Raw(b"{}"), _read_return(data).tick
        case JournalEntry.Kind.START:
            return "game_start", msgspec.Raw(b"{}"), UNSET
        case JournalEntry.Kind.TIMEOUT | JournalEntry.Kind.TIMER | JournalEntry.Kind.UNDONE:
            due = _read_due(data)
            return kind, due.movement, due.tick
        case _:
            done = _read_action(data)
            action = {"action": done.action}
            own = {} if done.action in _DECISIVE_ACTIONS else {"data": done.data}
            return "game_action", msgspec.Raw(msgspec.json.encode(action | own)), done.tick


def chat(game: Game, seats: Iterable[TakenSeat], *, most: int) -> list[shapes.ChatLine]:
    """Return the latest chat messages of this game, oldest first."""
    names: dict[UserId | None, str] = {seat.user_id: seat.username for seat in seats}
    said = entries(game, kinds=(JournalEntry.Kind.CHAT,), newest=most)
    return [
        shapes.ChatLine(
            seq=row.seq,
            user_id=row.user_id,
            username=names[row.user_id],
            message=_read_chat(row.data).message,
        )
        # A deleted account no longer has its seat.
        for row in said
        if row.user_id is not None and row.user_id in names
    ]
