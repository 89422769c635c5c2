"""Time in games over their sockets: limits of turns, phases, timers, undo, actions; after takeovers too."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone

from core.database import in_database
from game import replays, selectors
from game.author import (
    ALL,
    SKIP,
    Clock,
    Days,
    Game,
    Phase,
    Seat,
    State,
    Turns,
    action,
    catalogue,
    move,
    timer,
)
from game.live import rooms
from game.live.clock import Clocks
from game.models import Game as Row
from game.models import JournalEntry
from game.replays import replay_of
from game.tests.conftest import InTurn, begin
from gameplatform.testing.people import Person
from realtime import worker
from realtime.testing import Player
from realtime.worker import Worker

NewGame = Callable[..., Awaitable[Row]]
SOON_S = 0.3


class Skipping(InTurn):
    """A turn passes by itself; the state counts."""

    clock = Turns(SOON_S)

    def on_timeout(self, state: State, seat: Seat) -> Any:
        state["skipped"] = state.get("skipped", 0) + 1
        return SKIP


class Stepping(InTurn):
    """A turn that is over is a step."""

    clock = Turns(SOON_S)

    def on_timeout(self, state: State, seat: Seat) -> Any:
        return {}


class Losing(InTurn):
    """A turn that is over loses."""

    clock = Turns(SOON_S)


class Showdown(Game):
    """Both choose a hand at once, then all look for a moment; after the second round the game is over."""

    clock = None
    phases = [Phase("choose", moves=["show"], who=ALL, seconds=30), Phase("look", seconds=SOON_S)]

    def setup(self, random: Any) -> State:
        return {"shown": [], "hands": [None, None]}

    @move
    def show(self, state: State, seat: Seat, hand: Literal["rock", "paper"]) -> None:
        state["hands"][seat] = hand

    def on_timeout(self, state: State, seat: Seat) -> Any:
        return SKIP

    def phase_ended(self, state: State) -> None:
        if self.phase == "choose":
            state["shown"].append(state["hands"])
            state["hands"] = [None, None]

    def result(self, state: State) -> Any:
        return 0 if len(state["shown"]) == 2 else None


class Ringing(InTurn):
    """A bell rings after each step; undo and shouts are allowed."""

    clock = None
    undo = True

    @move
    def step(self, state: State, seat: Seat) -> None:
        state["steps"] += 1
        self.after(SOON_S, "ring")

    @timer
    def ring(self, state: State) -> None:
        state["rings"] = state.get("rings", 0) + 1

    @action
    def shout(self, state: State, seat: Seat, word: Literal["hey", "ho"]) -> None:
        """Shout a word, at any time."""
        self.require(state.get("shouted") != word, "shouted", "That was shouted before.")
        state["shouted"] = word


class Letters(InTurn):
    """A game by post."""

    clock = Days(2)


class Rushed(InTurn):
    """Six steps; the second player wins."""

    players = (2, 3)
    clock = Turns(SOON_S)

    def on_timeout(self, state: State, seat: Seat) -> Any:
        return {}

    def result(self, state: State) -> Any:
        return 1 if state["steps"] == 6 else None


GAMES = (Rushed, Skipping, Stepping, Losing, Showdown, Ringing, Letters)


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in GAMES:
        catalogue.register(game)


async def taken_over(game: Row, *people: Person) -> list[Player]:
    await worker.stop()
    await worker.start()
    return [await somebody.enter(game.pk) for somebody in people]


async def replayed(game: Row, viewer: Person) -> None:
    """Assert that the replay of this game, which is over, ends as the game has."""
    row, seats = await in_database(selectors.game, game.pk)
    replay = await in_database(replay_of, row, seats, viewer_id=viewer.id)
    assert replays.rebuild(replay).view(None) == row.final_view


async def resign(player: Player) -> None:
    await player.send(type="game_action", action="resign")
    await player.hear_until("game_over")


async def until(holds: Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.02)


# Turns.


async def test_a_turn_that_is_over_passes_where_the_rules_skip_it(
    new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Skipping.name)
    a, b = await begin(game, ada, bob)
    told = await b.hear_until("game_update")
    assert (told["cause"], told["user_id"], told["turn"]) == ("skip", ada.id, bob.id)
    assert (told["view"]["skipped"], told["clock"]["running"]) == (1, [bob.id])
    assert told["clock"]["each_turn"] is True
    assert told["clock"]["left_ms"][str(bob.id)] == SOON_S * 1000
    await a.hear_until("game_update")
    [c] = await taken_over(game, bob)
    assert (await c.hear("game_state"))["view"]["skipped"] >= 1
    await c.hear_until("game_update")
    await resign(c)
    await replayed(game, ada)


async def test_a_turn_that_is_over_becomes_the_move_that_the_rules_make(
    new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Stepping.name)
    _, b = await begin(game, ada, bob)
    told = await b.hear_until("player_move")
    assert (told["user_id"], told["view"]["steps"], told["turn"]) == (ada.id, 1, bob.id)
    await resign(b)
    await replayed(game, ada)
    # Who lets time pass has not moved: nobody gains by it.
    assert (await Row.objects.aget(pk=game.pk)).state == "aborted"


async def rushed(game: Row, moving: list[Person], sleeping: Person) -> dict[str, Any]:
    """Play this game, in which one only lets time pass; return its end."""
    players = dict(
        zip((one.id for one in (*moving, sleeping)), await begin(game, *moving, sleeping), strict=True)
    )
    first = players[moving[0].id]
    turn = moving[0].id
    while True:
        if turn not in (None, sleeping.id):
            await players[turn].send(type="player_move", movement={})
        while (frame := await first.hear())["type"] not in ("player_move", "game_over"):
            pass
        if frame["type"] == "game_over":
            return frame
        turn = frame["turn"]


async def test_who_only_lets_time_pass_gains_nothing_and_brings_nothing(
    ada: Person, bob: Person, cyd: Person, new_game: NewGame
) -> None:
    over = await rushed(await new_game(Rushed.name, queued=True), [ada], bob)
    assert (over["reason"], over["winner_ids"]) == ("win", [bob.id])
    assert (over["ratings"], over["rewards"]) == ([], [])

    over = await rushed(await new_game(Rushed.name, ada, bob, cyd, queued=True), [ada, bob], cyd)
    assert {change["user_id"] for change in over["ratings"]} == {ada.id, bob.id}
    assert {reward["user_id"] for reward in over["rewards"]} == {ada.id, bob.id}


async def test_a_turn_that_is_over_loses_by_default(new_game: NewGame, ada: Person, bob: Person) -> None:
    game = await new_game(Losing.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={})
    moved = await b.hear_until("player_move")
    assert moved["clock"]["left_ms"] == {str(ada.id): SOON_S * 1000, str(bob.id): SOON_S * 1000}
    over = await a.hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([ada.id], "timeout")


def test_byo_yomi_gives_a_period_back_whole_after_a_move_within_it() -> None:
    clocks = Clocks(Clock(10, byo_yomi=5, periods=3), (1, 2))
    clocks.run({0}, 0.0)
    assert clocks.flag_falls() == 25
    clocks.press(0, frozenset({0}), 4.0)
    assert clocks.left_ms[0] == 21_000
    clocks.press(0, frozenset({0}), 11.0)
    assert clocks.left_ms[0] == 15_000
    clocks.press(0, frozenset({0}), 18.0)
    assert clocks.left_ms[0] == 10_000
    clocks.press(0, frozenset({0}), 22.9)
    assert clocks.left_ms[0] == 10_000
    shown = clocks.shown(22.9, 1e9)
    assert (shown.byo_yomi_ms, shown.periods) == (5_000, 3)


# Phases.


async def test_choices_are_hidden_until_all_have_chosen(new_game: NewGame, ada: Person, bob: Person) -> None:
    game = await new_game(Showdown.name)
    a, b = await begin(game, ada, bob)
    phase = await a.hear_until("phase")
    assert phase["name"] == "choose"
    assert phase["ends_at"]
    await b.hear_until("phase")
    await a.send(type="player_move", movement={"hand": "rock"})
    mine, theirs = await a.hear_until("player_move"), await b.hear_until("player_move")
    assert (mine["movement"], theirs["movement"]) == ({"hand": "rock"}, {})
    assert theirs["view"]["hands"] == [None, None]
    [a, b] = await taken_over(game, ada, bob)
    for player, chosen in ((a, {"hand": "rock"}), (b, None)):
        state = await player.hear("game_state")
        assert (state["turn"], state["phase"]["chosen"]) == (bob.id, chosen)
    await b.send(type="player_move", movement={"hand": "paper"})
    assert (await a.hear_until("player_move"))["view"]["shown"] == [["rock", "paper"]]
    phase = await a.hear("phase")
    assert (phase["name"], phase["waiting_for"]) == ("look", [])
    update = await a.hear("game_update")
    assert (update["cause"], update["view"]["shown"]) == ("timer", [["rock", "paper"]])
    assert (await a.hear("phase"))["name"] == "choose"
    for player in (a, b):
        await player.send(type="player_move", movement={"hand": "paper"})
    assert (await a.hear_until("game_over"))["reason"] == "win"
    await replayed(game, ada)


async def test_a_choice_that_is_not_made_in_time_is_skipped(
    new_game: NewGame, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    phases = [Phase("choose", moves=["show"], who=ALL, seconds=SOON_S), Phase("look", seconds=SOON_S)]
    monkeypatch.setattr(Showdown, "phases", phases)
    game = await new_game(Showdown.name)
    a, _ = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"hand": "rock"})
    told = await a.hear_until("game_update")
    assert (told["cause"], told["user_id"]) == ("skip", bob.id)
    assert told["view"]["shown"] == [["rock", None]]
    await a.hear_until("game_over")
    await replayed(game, ada)


# Timers.


async def test_a_timer_rings_also_after_a_takeover(new_game: NewGame, ada: Person, bob: Person) -> None:
    game = await new_game(Ringing.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={})
    told = await b.hear_until("game_update")
    assert (told["cause"], told["user_id"], told["view"]["rings"]) == ("timer", None, 1)
    await b.send(type="player_move", movement={})
    await b.hear_until("player_move")
    a, b = await taken_over(game, ada, bob)
    assert (await a.hear("game_state"))["view"]["rings"] == 1
    assert (await a.hear_until("game_update"))["view"]["rings"] == 2
    await resign(a)
    await replayed(game, ada)


# Undo.


async def test_a_move_is_taken_back_when_all_agree(new_game: NewGame, ada: Person, bob: Person) -> None:
    game = await new_game(Ringing.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="game_action", action="ask_undo")
    assert await a.refused() == "no_undo"
    await a.send(type="player_move", movement={})
    await b.hear_until("player_move")
    await b.send(type="game_action", action="accept_undo")
    assert (await b.hear_until("error"))["code"] == "no_undo_asked"
    await a.send(type="game_action", action="ask_undo", id=7)
    assert (await a.hear_until("game_action"))["ref"] == 7
    await b.hear_until("game_action")
    [b] = await taken_over(game, bob)
    assert (await b.hear("game_state"))["undo_asked_by"] == ada.id
    await b.send(type="game_action", action="accept_undo")
    told = await b.hear_until("game_update")
    while told["cause"] != "undo":
        told = await b.hear_until("game_update")
    assert (told["user_id"], told["turn"], told["view"]["steps"]) == (ada.id, ada.id, 0)
    [b] = await taken_over(game, bob)
    state = await b.hear("game_state")
    assert (state["undo_asked_by"], state["view"]["steps"], state["turn"]) == (None, 0, ada.id)
    await resign(b)
    await replayed(game, ada)


async def test_a_declined_undo_and_one_in_a_rated_game_change_nothing(
    new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Ringing.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={})
    await b.hear_until("player_move")
    await a.send(type="game_action", action="ask_undo")
    await b.hear_until("game_action")
    await b.send(type="game_action", action="decline_undo")
    await a.hear_until("game_action")
    assert (await a.hear_until("game_action"))["action"] == "decline_undo"
    await b.send(type="game_action", action="accept_undo")
    assert (await b.hear_until("error"))["code"] == "no_undo_asked"
    rated = await new_game(Ringing.name, queued=True)
    a, b = await begin(rated, ada, bob)
    await a.send(type="player_move", movement={})
    await b.hear_until("player_move")
    await a.send(type="game_action", action="ask_undo")
    assert (await a.hear_until("error"))["code"] == "no_undo"


# Actions.


async def test_an_action_of_the_games_own_is_told_with_the_view_and_kept(
    new_game: NewGame, ada: Person, bob: Person
) -> None:
    game = await new_game(Ringing.name)
    a, b = await begin(game, ada, bob)
    await b.send(type="game_action", action="shout", data={"word": "hey"}, id=3)
    told = await a.hear_until("game_action")
    assert (told["action"], told["data"], told["user_id"]) == ("shout", {"word": "hey"}, bob.id)
    assert (told["view"]["shouted"], told["turn"]) == ("hey", ada.id)
    assert (await b.hear_until("game_action"))["ref"] == 3
    for data, code in (({"word": "hey"}, "shouted"), ({"word": "no"}, "invalid_move"), ({}, "invalid_move")):
        await b.send(type="game_action", action="shout", data=data)
        assert await b.refused() == code
    [b] = await taken_over(game, bob)
    assert (await b.hear("game_state"))["view"]["shouted"] == "hey"
    await resign(b)
    await replayed(game, ada)


# Correspondence.


async def row(game: Row) -> Row:
    return await Row.objects.aget(pk=game.pk)


async def test_a_correspondence_game_begins_without_its_players_and_calls_whose_turn_it_is(
    new_game: NewGame, ada: Person, bob: Person, here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game(Letters.name)
    bell = await bob.listen()
    a = await ada.enter(game.pk)
    state = await a.hear_until("game_state")
    assert (state["state"], state["turn"]) == ("active", ada.id)
    assert state["clock"]["left_ms"][str(ada.id)] == 2 * 86_400_000
    await a.send(type="player_move", movement={})
    called = await bell.hear_until("your_turn")
    assert (called["game_id"], called["game"]) == (str(game.pk), Letters.name)
    stored = await row(game)
    assert stored.to_move == [bob.id]
    assert stored.due_at is not None
    assert timedelta(days=1.9) < stored.due_at - timezone.now() <= timedelta(days=2)
    # Nobody is here: the room leaves memory, and nothing looks for it.
    await a.leave()
    monkeypatch.setattr(rooms, "UNLOAD_AFTER_S", 0.05)
    monkeypatch.setattr("game.selectors.games.ADOPTED_AFTER", timedelta(0))

    async def is_gone() -> bool:
        return game.pk not in rooms.current().here

    await until(is_gone)
    assert game.pk not in await in_database(selectors.unfinished_ids)
    # A move loads it again.
    b = await bob.enter(game.pk)
    assert (await b.hear("game_state"))["turn"] == bob.id
    await b.send(type="player_move", movement={})
    assert (await b.hear_until("player_move"))["turn"] == ada.id


async def test_a_correspondence_game_is_over_when_its_days_have_passed_though_nobody_opens_it(
    new_game: NewGame, ada: Person, bob: Person, here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game(Letters.name)
    a = await ada.enter(game.pk)
    await a.send(type="player_move", movement={})
    await a.hear_until("player_move")

    async def is_noted() -> bool:
        return (await row(game)).to_move == [bob.id]

    await until(is_noted)
    await worker.stop()
    # Two days pass: all that was written is two days older.
    start = await JournalEntry.objects.aget(game=game, kind="start")
    began_ms = int(start.data.removeprefix('{"at_ms":').removesuffix("}"))
    await JournalEntry.objects.filter(game=game, kind="start").aupdate(
        data=f'{{"at_ms":{began_ms - 3 * 86_400_000}}}'
    )
    await Row.objects.filter(pk=game.pk).aupdate(due_at=timezone.now())
    monkeypatch.setattr("game.selectors.games.ADOPTED_AFTER", timedelta(0))
    assert game.pk in await in_database(selectors.unfinished_ids)
    monkeypatch.setattr(rooms, "OWNERS_TELL_WITHIN_S", 0.01)
    await worker.start()
    await rooms.share_out_recent_orphans()

    async def is_over() -> bool:
        return (await row(game)).state in Row.OVER

    await until(is_over)
    over = await row(game)
    assert over.result is not None
    assert (over.result["reason"], over.result["winner_ids"]) == ("timeout", [ada.id])
    assert (over.due_at, over.to_move) == (None, None)
