"""Snapshots of rooms: with the entries since, one gives the same table as the whole journal."""

from collections.abc import Awaitable, Callable
from dataclasses import fields
from importlib import import_module
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.json import decode, encode

from core.database import in_database
from core.ids import UserId
from game import bots, selectors
from game.author import BOT, END, PLAY_ON, SUBSTITUTE, Annotated, Clock, Game, Meta, Record, Seat, catalogue
from game.author import move as is_move
from game.author.leaving import Why
from game.author.match import Match
from game.author.source import digest
from game.live import rooms
from game.live.clock import Clocks
from game.live.room import course, entries
from game.live.room.table import Table
from game.live.seats import Seated
from game.models import Game as Row
from game.models import JournalEntry, Snapshot
from game.records import EntryRecord, TableState
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime import worker

NewGame = Callable[..., Awaitable[Row]]
FIRST_ID = 11
MOST_STEPS = 40
OF_THE_MOMENT = {"listener", "said", "away_since"}
"""The attributes of a seat that tell who is connected."""


class Walk(Record):
    """Where somebody goes from now on."""

    by: Annotated[int, Meta(ge=-1, le=1)]


class Walking(Game, abstract=True):
    """People come, walk about and go, as long as they like."""

    players = (1, 4)
    open = True
    rate = frame_rate = 20

    def setup(self, random: Any) -> dict[str, Any]:
        return {"walkers": {}}

    def joined(self, state: dict[str, Any], seat: int) -> None:
        state["walkers"][str(seat)] = {"x": self.random.random(), "by": 0}

    def left(self, state: dict[str, Any], seat: int, why: Why) -> Any:
        del state["walkers"][str(seat)]
        return PLAY_ON

    def tick(self, state: dict[str, Any], inputs: dict[Seat, Walk], dt: float) -> None:
        for seat, walk in inputs.items():
            state["walkers"][str(seat)]["by"] = walk.by
        for walker in state["walkers"].values():
            walker["x"] += walker["by"] * dt + self.random.random()


class Saying(Game, abstract=True):
    """Everybody says a number in turn; seats change hands, and bots play for those who are away."""

    players = (2, 5)
    clock = Clock(seconds=60)

    def setup(self, random: Any) -> dict[str, Any]:
        return {"said": []}

    @is_move
    def say(self, state: dict[str, Any], seat: int, number: Annotated[int, Meta(ge=0, le=3)]) -> None:
        state["said"].append([seat, number, self.random.randint(1, 6)])

    def left(self, state: dict[str, Any], seat: int, why: Why) -> Any:
        return {"away": BOT(2), "time": SUBSTITUTE}.get(why, PLAY_ON)

    def result(self, state: dict[str, Any]) -> None:
        return None


class OpenWalking(Walking):
    """A room in real time that never ends."""


class EndlessSaying(Saying):
    """A room with turns that never ends."""


GAMES = (
    *(game for game in catalogue.all() if game.__module__.startswith("game.games")),
    OpenWalking,
    EndlessSaying,
)


class Journalled:
    """A game played at random, as a room plays it, with its journal."""

    def __init__(self, rules: type[Game], random: Random) -> None:
        self.rules = rules
        self.random = random
        self.seats = random.randint(rules.min_players, rules.max_players)
        self.rows: list[EntryRecord] = []
        self.table = self.new_table()
        self._next_user = FIRST_ID + self.seats
        self.do(entries.Started(), None)

    def new_table(self, state: TableState | None = None) -> Table:
        users = [UserId(FIRST_ID + seat) for seat in range(self.seats)]
        if state is None:
            match = Match.new(self.rules, seats=self.seats, seed=7, users=users)
        else:
            match = Match.load(self.rules, state.match, users=[seat.user_id for seat in state.seats])
        seats = [Seated(number, user, f"user {user}", 1500, None) for number, user in enumerate(users)]
        table = Table(match, seats)
        if state is not None:
            table.restore(state)
        return table

    def do(self, entry: entries.RoomEntry, user_id: UserId | None) -> None:
        row = EntryRecord(len(self.rows) + 1, user_id, entry.kind, encode(entry).decode())
        entries.replay(self.table, [row])
        self.rows.append(row)

    def step(self) -> None:
        """Play a move or a few ticks, or let somebody do something else."""
        table, random = self.table, self.random
        playing = [seat for seat in table.seats if seat.gone is None]
        if not playing or random.random() < 0.7:
            self._play()
            return
        seat = random.choice(playing)
        user = seat.user_id
        tick: Any = {"tick": table.match.tick} if self.rules.real_time else {}
        match random.randrange(6):
            case 0:
                self.do(entries.Left(), user)
            case 1:
                self.do(entries.Reconnected(), user)
            case 2:
                self.do(entries.Said("hi"), user)
            case 3:
                self.do(entries.Acted("offer_draw"), user)
            case 4:
                self._depart(seat, tick)
            case 5:
                gone = [one for one in table.seats if one.gone is not None]
                if gone and (one := random.choice(gone)).may_come_back:
                    self.do(entries.Reconnected(**tick), one.user_id)
                elif gone:
                    self._next_user += 1
                    taken = entries.SeatTaken(one.number, one.user_id, "newcomer", 1400, **tick)
                    self.do(taken, UserId(self._next_user))

    def _depart(self, seat: Seated, tick: Any) -> None:
        why: Any = self.random.choice(["resigned", "away", "time"])
        asked = Match.load(
            self.rules, decode(encode(self.table.match.dump())), users=self.table.match.users
        ).leave(seat.number, why)
        if asked != END:
            level = asked.level if isinstance(asked, BOT) else None
            self.do(entries.Departed(why, level, asked == SUBSTITUTE, **tick), seat.user_id)

    def _play(self) -> None:
        match, random = self.table.match, self.random
        if match.game.real_time:
            for seat in self.table.seats:
                if seat.gone is None and random.random() < 0.5:
                    movement = Raw(match.check(random.choice(match.candidates(0))))
                    self.do(entries.Moved(movement, tick=match.tick), seat.user_id)
            # A room saves its snapshot between two frames, when no input waits.
            self.table.catch_up(match.tick + random.randint(1, 9))
        elif match.turn:
            number = random.choice(sorted(match.turn))
            movement = Raw(encode(bots.choose(match, number, random, level=1)))
            left_ms = None if self.table.clocks is None else [random.randrange(9999) for _ in match.users]
            self.do(entries.Moved(movement, left_ms=left_ms), UserId(match.users[number]))


def facts(table: Table) -> dict[str, Any]:
    """Return all that a table holds: an attribute that snapshots leave out would make a difference."""
    return {name: _shown(getattr(table, name)) for name in Table.__slots__}


def _shown(value: Any) -> Any:
    match value:
        case Match():
            names = ("users", "turn", "turn_user", "result", "teams", "scores")
            return value.dump(), {name: getattr(value, name) for name in names}
        case Clocks():
            return value.left_ms, value.told(0, 0)
        case Seated():
            kept = {one.name for one in fields(value)} - OF_THE_MOMENT
            return {name: getattr(value, name) for name in kept}
        case list():
            return [_shown(one) for one in value]
        case _:
            return value


@pytest.mark.parametrize("rules", GAMES, ids=lambda game: game.name)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1 << 32), cut=st.integers(0, MOST_STEPS))
def test_a_snapshot_and_the_entries_since_give_the_same_table_as_the_whole_journal(
    rules: type[Game], seed: int, cut: int
) -> None:
    played = Journalled(rules, Random(seed))
    saved, seq = encode(played.table.as_state()), len(played.rows)
    for step in range(MOST_STEPS):
        if played.table.match.result is not None:
            break
        played.step()
        if step == cut:
            saved, seq = encode(played.table.as_state()), len(played.rows)
    loaded, whole = played.new_table(decode(saved, type=TableState)), played.new_table()
    entries.replay(loaded, played.rows[seq:])
    entries.replay(whole, played.rows)
    for table in (loaded, whole):
        table.catch_up(played.table.match.tick)
    assert facts(loaded) == facts(whole) == facts(played.table)


# In a room.


class Counting(Game):
    """Everybody adds up numbers for ever; every move is counted outside of it too."""

    made = 0
    clock = Clock(seconds=600)

    def setup(self, random: Any) -> dict[str, Any]:
        return {"sum": 0}

    @is_move
    def add(self, state: dict[str, Any], seat: int, number: Annotated[int, Meta(ge=0, le=99)]) -> None:
        type(self).made += 1
        state["sum"] = (31 * state["sum"] + number + self.random.randint(1, 6)) % 1_000_003

    def result(self, state: dict[str, Any]) -> None:
        return None


class Tuples(Counting):
    """A state that JSON would change."""

    @is_move
    def add(self, state: dict[str, Any], seat: int, number: Annotated[int, Meta(ge=0, le=99)]) -> None:
        state["sum"] += number
        state["last"] = (seat, number)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue, with a snapshot every twenty entries."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    monkeypatch.setattr(course, "SNAPSHOT_AFTER_ENTRIES", 20)
    catalogue.register(Counting)
    catalogue.register(Tuples)


async def play(moves: int, *players: Any) -> Any:
    """Play so many moves; return the last as everybody has heard it."""
    for number in range(moves):
        await players[number % 2].send(type="player_move", movement={"number": number % 100})
        frames = [await player.hear_until("player_move") for player in players]
    return frames[0]


async def restarted(ada: Person, game: Row, edit: Callable[[str], str] = str) -> tuple[Any, int]:
    """Have another worker take the game over, after its snapshot was edited.

    Return what Ada sees, and the moves made for that.
    """
    await worker.stop()
    async for saved in Snapshot.objects.filter(game=game):
        saved.data = edit(saved.data)
        await saved.asave()
    Counting.made = 0
    await worker.start()
    return await (await ada.enter(game.pk)).hear("game_state"), Counting.made


async def test_a_long_game_is_taken_over_from_its_snapshot_as_it_stood(
    new_game: NewGame, ada: Person, bob: Person, offered: None
) -> None:
    game = await new_game(Counting.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="game_action", action="offer_draw")
    last = await play(110, a, b)
    await b.send(type="chat_message", message="well")
    await a.hear_until("chat_message")
    seen, replayed = await restarted(ada, game)
    assert seen["view"]["sum"] == last["view"]["sum"]
    assert seen["clock"]["left_ms"] == last["clock"]["left_ms"]
    assert (seen["turn"], seen["state"]) == (ada.id, "active")
    assert seen["seq"] > last["seq"]
    assert replayed <= course.SNAPSHOT_AFTER_ENTRIES
    whole = await in_database(selectors.room_record, game.pk, uses_snapshot=False)
    assert [entry.seq for entry in whole.entries] == list(range(1, len(whole.entries) + 1))


@pytest.mark.parametrize("data", ["{}", '{"game":"counting","seats":2}', "broken"])
async def test_a_snapshot_that_cannot_be_read_is_not_used(
    new_game: NewGame, ada: Person, bob: Person, offered: None, data: str
) -> None:
    game = await new_game(Counting.name)
    last = await play(50, *await begin(game, ada, bob))
    seen, replayed = await restarted(ada, game, lambda _: data)
    assert (seen["view"]["sum"], replayed) == (last["view"]["sum"], 50)


async def test_a_state_that_the_rules_cannot_resume_is_read_from_the_journal(
    new_game: NewGame, ada: Person, bob: Person, offered: None
) -> None:
    game = await new_game(Counting.name)
    last = await play(50, *await begin(game, ada, bob))
    seen, replayed = await restarted(ada, game, lambda saved: saved.replace('"moves":', '"moved":'))
    assert (seen["view"]["sum"], replayed) == (last["view"]["sum"], 50)


async def test_a_game_whose_rules_have_changed_is_read_from_its_journal(
    new_game: NewGame, ada: Person, bob: Person, offered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game(Counting.name)
    await play(50, *await begin(game, ada, bob))
    monkeypatch.setattr(Counting, "source_digest", "another")
    _, replayed = await restarted(ada, game)
    assert replayed == 50


async def test_a_state_that_json_would_change_is_read_from_the_journal_however_long_it_is(
    new_game: NewGame, ada: Person, bob: Person, offered: None
) -> None:
    game = await new_game(Tuples.name)
    last = await play(50, *await begin(game, ada, bob))
    seen, _ = await restarted(ada, game)
    assert not await Snapshot.objects.filter(game=game).aexists()
    assert seen["view"] == last["view"] | {"you": seen["view"]["you"]}


async def test_a_room_does_not_hold_the_journal_that_it_was_read_from(
    new_game: NewGame, ada: Person, bob: Person, offered: None
) -> None:
    game = await new_game(Counting.name)
    await play(30, *await begin(game, ada, bob))
    await restarted(ada, game)
    record = rooms.current().here[game.pk].record
    assert (record.entries, record.snapshot) == ([], None)
    assert await JournalEntry.objects.filter(game=game).acount() > 30


def test_the_digest_of_rules_changes_with_the_files_beside_them(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digested_rules.py").write_text("class Rules: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    rules = import_module("digested_rules").Rules
    before = digest(rules)
    assert digest(rules) == before
    (tmp_path / "their_neighbour.py").write_text("FIELDS = 64\n")
    assert digest(rules) != before
