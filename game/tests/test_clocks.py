"""Thinking time in games of two and three players, in turn and simultaneous."""

from random import Random
from typing import Any, Literal

import pytest

from game.author import Clock, Days, Game, Record, Turns, catalogue, move
from game.author.match import Match
from game.author.refusals import RulesError
from game.models import Game as Row
from game.tests.conftest import InTurn, begin
from gameplatform.testing.people import Person
from realtime import worker

SOON = Clock(seconds=3)


class QuickRound(InTurn):
    players = 3
    clock = SOON


class SlowRound(InTurn):
    clock = Clock(seconds=30, increment=60)


class AtOnce(Game):
    """Both move once in each round."""

    clock = SOON

    def setup(self, random: Random) -> dict[str, list[bool]]:
        return {"has_moved": [False, False]}

    def turn(self, state: dict[str, Any]) -> list[int]:
        return [seat for seat in self.seats if not state["has_moved"][seat]]

    @move
    def step(self, state: dict[str, Any], seat: int) -> None:
        state["has_moved"][seat] = True
        if all(state["has_moved"]):
            state["has_moved"] = [False, False]

    def result(self, state: dict[str, Any]) -> None:
        return None


class Always(AtOnce):
    """All may always move, so their clocks are the same."""

    def turn(self, state: dict[str, Any]) -> list[int]:
        return list(self.seats)


class Paced(InTurn):
    """The option decides the thinking time."""

    class Options(Record):
        pace: Literal["game", "turn", "none", "letters"] = "game"

    def time_control(self) -> Any:
        paces = {"game": Clock(seconds=60, increment=3), "turn": Turns(seconds=7), "letters": Days(2)}
        return paces.get(self.options.pace)


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in (QuickRound, SlowRound, AtOnce, Always, Paced):
        catalogue.register(game)


async def test_whose_time_runs_out_loses_to_all_others(
    new_game: Any, ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game(QuickRound.name, ada, bob, cyd)
    players = await begin(game, ada, bob, cyd)
    await players[0].send(type="player_move", movement={})
    assert (await players[0].hear("player_move"))["clock"]["running"] == [bob.id]
    over = await players[0].hear("game_over")
    assert (over["winner_ids"], over["reason"]) == ([ada.id, cyd.id], "timeout")
    assert (await players[0].hear("game_state"))["clock"]["left_ms"][str(bob.id)] <= 0


async def test_where_all_may_move_the_clocks_of_all_run_and_nobody_wins_when_they_run_out(
    new_game: Any, ada: Person, bob: Person
) -> None:
    game = await new_game(Always.name)
    a, b = await begin(game, ada, bob)
    for player in (a, b):
        await player.send(type="player_move", movement={})
        await a.hear("player_move")
    over = await a.hear("game_over")
    assert (over["winner_ids"], over["reason"], over["rewards"]) == ([], "timeout", [])
    assert (await Row.objects.aget(pk=game.pk)).state == "finished"


async def test_who_has_moved_does_not_wait_on_the_own_clock(new_game: Any, ada: Person, bob: Person) -> None:
    game = await new_game(AtOnce.name)
    a, b = await begin(game, ada, bob)
    await b.send(type="player_move", movement={})
    assert (await b.hear("player_move"))["clock"]["running"] == [ada.id]
    over = await b.hear("game_over")
    assert (over["winner_ids"], over["reason"]) == ([bob.id], "timeout")


async def test_clocks_stand_as_they_stood_when_another_worker_takes_over(
    new_game: Any, ada: Person, bob: Person
) -> None:
    game = await new_game(SlowRound.name)
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={})
    told = (await b.hear("player_move"))["clock"]
    assert 60_000 < told["left_ms"][str(ada.id)] <= 90_000
    await worker.stop()
    await worker.start()
    clock = (await (await bob.enter(game.pk)).hear("game_state"))["clock"]
    assert (clock["left_ms"], clock["running"]) == (told["left_ms"], [bob.id])


@pytest.mark.parametrize(
    ("pace", "initial_ms", "increment_ms"),
    [("game", 60_000, 3_000), ("turn", 7_000, 0), ("none", None, None)],
)
async def test_the_options_decide_the_thinking_time_also_after_a_takeover(
    ada: Person, bob: Person, new_game: Any, pace: str, initial_ms: int | None, increment_ms: int | None
) -> None:
    game = await new_game(Paced.name, ada, bob, options={"pace": pace})
    a, _ = await begin(game, ada, bob)
    await a.send(type="player_move", movement={})
    told = await a.hear("player_move")

    await worker.stop()
    await worker.start()
    state = await (await bob.enter(game.pk)).hear("game_state")

    for clock in (told["clock"], state["clock"]):
        if initial_ms is None:
            assert clock is None
        else:
            assert (clock["initial_ms"], clock["increment_ms"]) == (initial_ms, increment_ms)


def test_only_a_game_by_days_is_played_by_correspondence() -> None:
    with pytest.raises(RulesError, match="both be Days"):
        Match.new(Paced, seats=2, seed=1, options={"pace": "letters"})
