"""Computer players in online games in which all may move at once."""

import asyncio
import threading
from random import Random
from typing import Any, ClassVar

import pytest

from core.database import in_database
from core.ids import UserId
from game import bots, services
from game.author import DRAW, Annotated, Game, Meta, Record, Seat, Verdict, catalogue, move
from game.author.match import Match
from game.live.room.bots import Allowance, Bots
from game.live.seats import Seated
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime.testing import WITHIN_S
from realtime.worker import Worker


class Claims(Game):
    """Both claim two cells at once: seat 0 even ones, seat 1 odd ones, or 4, which is open to both."""

    clock = None

    def setup(self, random: Random) -> dict[str, list[None]]:
        return {"cells": [None] * 5}

    def turn(self, state: dict[str, Any]) -> list[int]:
        return [seat for seat in self.seats if state["cells"].count(seat) < 2]

    @move
    def claim(self, state: dict[str, Any], seat: int, cell: Annotated[int, Meta(ge=0, le=4)]) -> None:
        self.require(cell % 2 == seat or cell == 4, "not_yours")
        self.require(state["cells"][cell] is None, "taken")
        state["cells"][cell] = seat

    def result(self, state: dict[str, Any]) -> Verdict:
        return None if self.turn(state) else DRAW


class Stubborn(Claims):
    """Its bot always claims a cell that is not its own."""

    def bot(self, view: Any, seat: int, random: Random, level: int) -> dict[str, int]:
        return {"cell": 0}


class Slow(Claims):
    """Its bot waits for ``may_go``, and notes the threads in which it thinks."""

    may_go = threading.Event()
    threads: ClassVar[set[str]] = set()

    def bot(self, view: Any, seat: int, random: Random, level: int) -> None:
        self.threads.add(threading.current_thread().name)
        self.may_go.wait(WITHIN_S)


class Steered(Game):
    """In real time; its bot notes when it was asked."""

    clock = None
    idle = "zero"
    asked: ClassVar[list[Seat]] = []

    def setup(self, random: Random) -> dict[str, int]:
        return {}

    class Steer(Record):
        dx: Annotated[int, Meta(ge=-1, le=1)] = 0

    def tick(self, state: dict[str, int], inputs: dict[int, Steer], dt: float) -> None:
        pass

    def result(self, state: dict[str, int]) -> None:
        return None

    def bot(self, view: Any, seat: int, random: Random, level: int) -> dict[str, int]:
        self.asked.append(seat)
        return {"dx": len(self.asked)}


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Claims)
    catalogue.register(Stubborn)
    catalogue.register(Slow)


@pytest.mark.parametrize("level", [1, 2])
async def test_a_bot_makes_moves_of_its_own_where_all_may_move(ada: Person, level: int) -> None:
    game = await in_database(services.create_against_bot, user_id=ada.id, name=Claims.name, level=level)
    (a,) = await begin(game, ada)
    for _ in range(2):
        assert (await a.hear("player_move"))["user_id"] != ada.id


async def test_three_bots_pass_cards_and_play_hearts(ada: Person) -> None:
    game = await in_database(services.create_against_bot, user_id=ada.id, name="hearts", level=2)
    (a,) = await begin(game, ada)
    for number in range(1, 4):
        view = (await a.hear("player_move"))["view"]
        assert (view["phase"], sum(view["passed"])) == ("passing", number)
    await a.send(type="player_move", movement={"cards": view["hand"][:3]})
    cards_laid = 0
    while cards_laid < 52:
        heard = await a.hear("player_move")
        cards_laid += "card" in heard["movement"]
        if heard["view"]["playable"]:
            await a.send(type="player_move", movement={"card": heard["view"]["playable"][0]})
    assert heard["view"]["round"] == 1


async def test_bots_fill_the_seats_that_people_leave_empty(ada: Person, bob: Person) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="hearts", bots=[1, 2])
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    a, _ = await begin(game, ada, bob)
    movers = {(await a.hear("player_move"))["user_id"] for _ in range(2)}
    assert len(movers) == 2
    assert movers.isdisjoint({ada.id, bob.id})


async def test_bots_fill_a_room_that_its_host_starts_alone(ada: Person) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="hearts", bots=[2])
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.send(type="game_action", action="start")
    (a,) = await begin(game, ada)

    movers = {(await a.hear("player_move"))["user_id"] for _ in range(3)}
    assert len(movers - {ada.id}) == 3
    players = await in_database(
        lambda: list(game.seats.order_by("number").values_list("bot_level", flat=True))
    )
    assert players == [None, 2, 2, 2]


async def test_bots_fill_a_room_that_waited_long_enough(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue.get("hearts"), "fill_within", 0.3)
    game = await in_database(services.create_open, user_id=ada.id, name="hearts")
    (a,) = await begin(game, ada)
    movers = {(await a.hear("player_move"))["user_id"] for _ in range(3)}
    assert len(movers - {ada.id}) == 3


async def test_a_bot_whose_movement_was_taken_by_another_meanwhile_makes_another(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_moved = threading.Event()
    choose = bots.choose

    def choose_the_shared_one_first(*given: Any, **beside: Any) -> dict[str, Any] | None:
        if not has_moved.is_set():
            assert has_moved.wait(WITHIN_S)
            return {"cell": 4}
        return choose(*given, **beside)

    monkeypatch.setattr(bots, "choose", choose_the_shared_one_first)
    game = await in_database(services.create_against_bot, user_id=ada.id, name=Claims.name, level=1)
    (a,) = await begin(game, ada)
    await a.send(type="player_move", movement={"cell": 4})
    assert (await a.hear("player_move"))["user_id"] == ada.id
    has_moved.set()
    for _ in range(2):
        assert (await a.hear("player_move"))["user_id"] != ada.id


async def test_a_bot_that_moves_against_the_rules_is_a_fault_in_them(ada: Person) -> None:
    game = await in_database(services.create_against_bot, user_id=ada.id, name=Stubborn.name, level=1)
    (a,) = await begin(game, ada)
    over = await a.hear("game_over")
    assert (over["winner_ids"], over["reason"]) == ([], "error")


async def test_the_bots_of_many_games_think_one_at_a_time_and_share_the_time(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares, choose = [], bots.choose

    def noting(*given: Any, share: float) -> dict[str, Any] | None:
        shares.append(share)
        return choose(*given, share=share)

    monkeypatch.setattr(bots, "choose", noting)
    Slow.may_go.clear()
    Slow.threads.clear()
    connected = []
    for _ in range(3):
        game = await in_database(services.create_against_bot, user_id=ada.id, name=Slow.name, level=1)
        connected += await begin(game, ada)
    Slow.may_go.set()
    for player in connected:
        assert (await player.hear("player_move"))["user_id"] != ada.id
    assert len(Slow.threads) == 1
    assert shares[:2] == [1, 1 / 3]


def test_bots_of_real_time_games_choose_less_often_the_more_there_are_and_each_in_turn() -> None:
    allowance = Allowance()
    assert allowance.steered(100.0, 0.01) == pytest.approx(100.05)
    assert allowance.steered(100.0, 0.01) == pytest.approx(100.1)
    assert allowance.steered(100.05, 0.01) == pytest.approx(100.15)
    assert allowance.steered(200.0, 0.01) == pytest.approx(200.05)


async def test_a_bot_keeps_its_input_while_those_of_other_rooms_have_taken_much_time(here: Worker) -> None:
    match = Match.new(Steered, seats=2, seed=1)
    here.part(Allowance).steered(asyncio.get_running_loop().time(), seconds=60)
    seats = [Seated(0, UserId(6), "ada", None, None), Seated(1, UserId(7), "Easy bot", None, 1)]
    steering = Bots(seats, set(), play=print, fail=print)
    first: dict[int, list[bytes]] = {}
    steering.steer(match, first)
    second: dict[int, list[bytes]] = {}
    steering.steer(match, second)
    assert Steered.asked == [1]
    assert second == first == {1: [b'{"dx":1}']}
