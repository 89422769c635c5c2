"""Computer players in online games in which all may move at once."""

import threading
from random import Random
from typing import Any

import pytest

from core.database import in_database
from game import bots, services
from game.author import DRAW, Annotated, Game, Meta, Verdict, catalogue, move
from game.tests.conftest import begin
from realtime.testing import WITHIN_S
from tests.people import Person


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


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Claims)
    catalogue.register(Stubborn)


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


async def test_a_bot_whose_movement_was_taken_by_another_meanwhile_makes_another(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_moved = threading.Event()
    choose = bots.choose

    def choose_the_shared_one_first(
        match: Any, seat: int, random: Random, level: int
    ) -> dict[str, Any] | None:
        if not has_moved.is_set():
            assert has_moved.wait(WITHIN_S)
            return {"cell": 4}
        return choose(match, seat, random, level)

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
