"""Players who leave games that go on: with nobody, or a bot, in their seats."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.database import in_database
from game import replays, selectors
from game.author import BOT, PLAY_ON, Annotated, Clock, Game, Meta, Record, Seat, catalogue, move
from game.models import Game as Row
from game.models import JournalEntry
from game.models import Seat as SeatRow
from game.tests.conftest import begin, queued_game
from gameplatform.testing.people import Person
from realtime import worker
from realtime.testing import Player

MakePerson = Callable[..., Awaitable[Person]]
NewGame = Callable[..., Awaitable[Row]]


class Count(Game, abstract=True):
    """Everybody counts in turn; whoever says ten wins."""

    players = (2, 4)
    clock = None

    def setup(self, random: Any) -> dict[str, Any]:
        return {"count": 0, "by": None, "left": []}

    @move
    def say(self, state: dict[str, Any], seat: int) -> None:
        state["count"], state["by"] = state["count"] + 1, seat

    def result(self, state: dict[str, Any]) -> Any:
        return state["by"] if state["count"] >= 10 else None

    def left(self, state: dict[str, Any], seat: int, why: str) -> Any:
        state["left"].append([seat, why])
        return PLAY_ON


class CountOn(Count):
    """The seat stays empty."""


class CountWithBots(Count):
    """A bot counts on."""

    def left(self, state: dict[str, Any], seat: int, why: str) -> Any:
        state["left"].append([seat, why])
        return BOT(1)


class Push(Record):
    """The direction to push."""

    by: Annotated[int, Meta(ge=-1, le=1)]


class Pushing(Game):
    """Everybody pushes; who is gone pushes no more."""

    players = (2, 4)
    rate = frame_rate = 30
    tells_inputs = True

    def setup(self, random: Any) -> dict[str, Any]:
        return {"at": 0, "pushes": {str(seat): 0 for seat in self.seats}}

    def tick(self, state: dict[str, Any], inputs: dict[Seat, Push], dt: float) -> None:
        for seat, push in inputs.items():
            state["pushes"][str(seat)] = push.by
        state["at"] += sum(state["pushes"].values())

    def result(self, state: dict[str, Any]) -> Any:
        return None

    def left(self, state: dict[str, Any], seat: int, why: str) -> Any:
        del state["pushes"][str(seat)]
        return PLAY_ON

    def joined(self, state: dict[str, Any], seat: int) -> None:
        state["pushes"][str(seat)] = 0


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in (CountOn, CountWithBots, Pushing):
        catalogue.register(game)


async def resign(player: Player, *listeners: Player) -> list[dict[str, Any]]:
    await player.send(type="game_action", action="resign")
    return [await listener.hear_until("player_replaced") for listener in listeners]


async def refused(player: Player) -> str:
    return (await player.hear_until("error"))["code"]


async def shown(player: Player, *, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first state sent for which ``until`` holds."""
    while not until(state := await player.hear_until("game_state")):
        pass
    return state


async def test_a_seat_stays_empty_and_its_turn_does_not_come(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountOn.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    (told, _) = await resign(b, a, c)
    assert (told["user_id"], told["by"], told["bot_level"]) == (bob.id, None, None)
    state = await a.hear_until("game_state")
    assert [one["left"] for one in state["players"]] == [False, True, False]
    assert state["view"]["left"] == [[1, "resigned"]]
    await a.send(type="player_move", movement={})
    assert (await c.hear_until("player_move"))["turn"] == cyd.id
    await b.send(type="player_move", movement={})
    assert await refused(b) == "not_a_player"


async def test_the_last_one_who_is_left_wins_and_who_left_comes_last(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountOn.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await a.send(type="player_move", movement={})
    await b.hear_until("player_move")
    await resign(b, a)
    await c.send(type="game_action", action="resign")
    over = await a.hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([ada.id], "resign")
    assert over["places"] == [[ada.id], [bob.id, cyd.id]]


async def test_who_left_is_placed_behind_all_others_whatever_the_rules_say(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountWithBots.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await resign(a, b, c)
    while True:
        # The tenth is said by the bot in the first seat.
        frame = await b.hear()
        if frame["type"] == "game_over":
            break
        turn = frame.get("turn")
        if frame["type"] in ("player_move", "game_state") and turn in (bob.id, cyd.id):
            await (b if turn == bob.id else c).send(type="player_move", movement={})
    assert frame["reason"] == "win"
    assert (frame["winner_ids"], frame["places"]) == ([bob.id, cyd.id], [[bob.id, cyd.id], [ada.id]])


async def test_a_game_that_all_have_left_is_abandoned(new_game: NewGame, ada: Person, bob: Person) -> None:
    game = await new_game(CountWithBots.name, ada, bob)
    a, b = await begin(game, ada, bob)
    for player in (a, b):
        await player.send(type="player_move", movement={})
        await player.hear_until("player_move")
    await resign(a, b)
    await b.send(type="game_action", action="resign")
    over = await b.hear_until("game_over")
    assert (over["winner_ids"], over["reason"], over["rewards"]) == ([], "abandoned", [])


async def test_a_bot_plays_for_who_is_away_until_they_are_back(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CountWithBots, "grace", 0.2)
    game = await new_game(CountWithBots.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await b.leave()
    told = await a.hear_until("player_replaced")
    assert (told["user_id"], told["by"], told["bot_level"]) == (bob.id, None, 1)
    await a.send(type="player_move", movement={})
    while (moved := await c.hear_until("player_move"))["user_id"] != bob.id:
        pass
    assert moved["turn"] == cyd.id
    b = await bob.enter(game.pk)
    assert (await a.hear_until("player_reconnected"))["user_id"] == bob.id
    await shown(b, until=lambda state: not state["players"][1]["left"])
    for player, somebody in ((c, cyd), (a, ada), (b, bob)):
        await player.send(type="player_move", movement={})
        while (moved := await a.hear_until("player_move"))["user_id"] != somebody.id:
            pass
    assert moved["view"]["count"] == 5


async def test_who_resigned_comes_back_to_watch_only(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountOn.name, ada, bob, cyd)
    a, b, _ = await begin(game, ada, bob, cyd)
    await resign(b, a)
    await b.leave()
    b = await bob.enter(game.pk)
    assert (await b.hear("game_state"))["players"][1]["left"]
    await b.send(type="player_move", movement={})
    assert await refused(b) == "not_a_player"


async def test_whose_clock_runs_out_has_left(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CountOn, "clock", Clock(seconds=0.2))
    game = await new_game(CountOn.name, ada, bob, cyd)
    _, b, _ = await begin(game, ada, bob, cyd)
    state = await shown(b, until=lambda state: state["players"][0]["left"])
    assert state["view"]["left"][0] == [0, "time"]


async def test_who_has_left_may_be_matched_again(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, person: MakePerson
) -> None:
    game = await new_game(CountOn.name, ada, bob, cyd, queued=True)
    a, b, _ = await begin(game, ada, bob, cyd)
    await resign(b, a)
    async with asyncio.timeout(10):
        while await SeatRow.objects.filter(game=game, user_id=bob.id, is_open=True).aexists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    dan = await person("dan")
    again = await in_database(queued_game, CountOn.name, bob.id, dan.id)
    assert again.pk != game.pk


async def test_nobody_is_rated_against_who_left_before_moving(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountOn.name, ada, bob, cyd, queued=True)
    a, b, c = await begin(game, ada, bob, cyd)
    await resign(c, a, b)
    for number in range(10):
        await (a, b)[number % 2].send(type="player_move", movement={})
        for player in (a, b):
            await player.hear_until("player_move")
    over = await a.hear_until("game_over")
    assert (over["reason"], over["places"]) == ("win", [[bob.id], [ada.id], [cyd.id]])
    assert sorted(change["user_id"] for change in over["ratings"]) == sorted([ada.id, bob.id])
    assert sorted(reward["user_id"] for reward in over["rewards"]) == sorted([ada.id, bob.id])


async def test_two_who_left_at_once_leave_nothing_to_gain(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountWithBots.name, ada, bob, cyd, queued=True)
    a, b, c = await begin(game, ada, bob, cyd)
    await resign(b, a, c)
    await resign(c, a)
    while True:
        frame = await a.hear()
        if frame["type"] == "game_over":
            break
        if frame["type"] in ("player_move", "game_state") and frame["turn"] == ada.id:
            await a.send(type="player_move", movement={})
    assert (frame["reason"], frame["ratings"], frame["rewards"]) == ("win", [], [])


@pytest.mark.parametrize("rules", [CountOn, CountWithBots])
async def test_a_takeover_keeps_who_has_left(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, rules: type[Game]
) -> None:
    game = await new_game(rules.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await a.send(type="player_move", movement={})
    await c.hear_until("player_move")
    await resign(b, a, c)
    before = await shown(c, until=lambda state: state["turn"] == cyd.id or rules is CountWithBots)
    while before["turn"] != cyd.id:
        before = await c.hear()
        before.setdefault("turn", None)
    await worker.stop()
    await worker.start()
    c = await cyd.enter(game.pk)
    after = await c.hear("game_state")
    assert (after["view"]["left"], after["view"]["count"]) == ([[1, "resigned"]], before["view"]["count"])
    assert after["turn"] == cyd.id
    assert after["players"][1]["left"]


async def test_who_resigned_as_the_worker_died_has_left_after_the_takeover(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(CountOn.name, ada, bob, cyd)
    a, b, _ = await begin(game, ada, bob, cyd)
    await resign(b, a)
    await worker.stop()
    # As if the worker had died between the two entries.
    await JournalEntry.objects.filter(game=game, kind="departed").adelete()
    await worker.start()
    state = await (await ada.enter(game.pk)).hear("game_state")
    assert state["view"]["left"] == [[1, "resigned"]]


async def test_a_real_time_game_goes_on_without_who_left_and_with_who_is_back(
    new_game: NewGame, ada: Person, bob: Person, cyd: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pushing, "grace", 0.2)
    game = await new_game(Pushing.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await b.send(type="player_move", movement={"by": 1})
    await b.hear_until("player_move")
    await b.leave()
    await a.hear_until("player_replaced")
    monkeypatch.setattr(Pushing, "grace", 30)
    assert "1" not in (await a.hear_until("game_tick"))["view"]["pushes"]
    await worker.stop()
    await worker.start()
    a, c = await ada.enter(game.pk), await cyd.enter(game.pk)
    tick = await a.hear_until("game_tick")
    assert sorted(tick["view"]["pushes"]) == ["0", "2"]
    assert (await c.hear("game_state"))["players"][1]["left"]
    b = await bob.enter(game.pk)
    await a.hear_until("player_reconnected")
    while "1" not in (await a.hear_until("game_tick"))["view"]["pushes"]:
        pass
    await worker.stop()
    await worker.start()
    everybody = [await somebody.enter(game.pk) for somebody in (ada, bob, cyd)]
    for player in everybody:
        assert sorted((await player.hear_until("game_tick"))["view"]["pushes"]) == ["0", "1", "2"]


@pytest.mark.parametrize("rules", [CountOn, CountWithBots, Pushing])
async def test_a_replay_ends_as_the_game_has(
    new_game: NewGame,
    ada: Person,
    bob: Person,
    cyd: Person,
    rules: type[Game],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "grace", 0.2)
    game = await new_game(rules.name, ada, bob, cyd)
    a, b, c = await begin(game, ada, bob, cyd)
    await a.send(type="player_move", movement={"by": 1} if rules is Pushing else {})
    await c.hear_until("player_move")
    await b.leave()
    await a.hear_until("player_replaced")
    b = await bob.enter(game.pk)
    await shown(b, until=lambda state: not state["players"][1]["left"])
    await b.send(type="game_action", action="resign")
    await c.hear_until("player_replaced")
    await c.send(type="game_action", action="resign")
    if rules is CountWithBots:
        await a.send(type="game_action", action="resign")
    await a.hear_until("game_over")
    row, seats = await in_database(selectors.game, game.pk)
    replay = await in_database(replays.replay_of, row, seats, viewer_id=ada.id)
    assert replays.rebuild(replay).view(None) == row.final_view
    assert row.final_view["turn"] is None
    assert (await Row.objects.aget(pk=game.pk)).state in ("finished", "aborted", "abandoned")
