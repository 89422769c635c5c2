"""Games of one and of three players: endings and rematches."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from core.database import in_database
from game import services
from game.author import Game, catalogue, move
from game.live import rooms
from game.models import Game as Row
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime import worker


class Rounds(Game, abstract=True):
    """Players take turns to say go; who says it in the third round wins."""

    clock = None

    def setup(self, random: Random) -> dict[str, list[int]]:
        return {"gone": [0 for _ in self.seats]}

    @move
    def go(self, state: dict[str, Any], seat: int) -> None:
        state["gone"][seat] += 1

    def result(self, state: dict[str, Any]) -> Any:
        return state["gone"].index(3) if 3 in state["gone"] else None


class Alone(Rounds):
    players = 1


class OfThree(Rounds):
    players = 3


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Alone)
    catalogue.register(OfThree)


@pytest.fixture
def three(new_game: Any, ada: Person, bob: Person, cyd: Person) -> Callable[[], Awaitable[Any]]:
    """``await three()`` returns a running game and its players' three sockets."""

    async def three() -> Any:
        game = await new_game(OfThree.name, ada, bob, cyd)
        return game, await begin(game, ada, bob, cyd)

    return three


async def test_a_game_that_one_plays_alone_ends_and_is_not_rated(ada: Person) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name=Alone.name)
    (a,) = await begin(game, ada)
    for _ in range(3):
        await a.send(type="player_move", movement={})
    over = await a.hear_until("game_over")
    assert (over["winner_ids"], over["reason"], over["ratings"]) == ([ada.id], "win", [])
    assert not (await Row.objects.aget(pk=game.pk)).rated


async def test_a_draw_needs_all_three(
    three: Callable[[], Awaitable[Any]], ada: Person, bob: Person, cyd: Person
) -> None:
    game, (a, b, c) = await three()
    await a.send(type="player_move", movement={})
    for player in (a, b, c):
        await player.hear("player_move")
    await a.send(type="game_action", action="offer_draw")
    await b.hear_until("game_action")
    for _ in range(2):  # once is enough
        await b.send(type="game_action", action="accept_draw")
    await c.hear_until("game_action")
    await c.hear_until("game_action")
    await worker.stop()
    await worker.start()
    c = await cyd.enter(game.pk)
    state = await c.hear("game_state")
    assert (state["state"], state["draw_offered_by"]) == ("active", [ada.id, bob.id])
    await c.send(type="game_action", action="accept_draw")
    over = await c.hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([], "draw_agreed")


async def test_a_move_of_one_declines_the_draw_for_all(three: Callable[[], Awaitable[Any]]) -> None:
    _, (a, b, c) = await three()
    await b.send(type="game_action", action="offer_draw")
    await c.hear_until("game_action")
    await c.send(type="game_action", action="accept_draw")
    await c.hear("game_action")
    await a.send(type="player_move", movement={})
    await c.hear_until("player_move")
    await c.send(type="game_action", action="accept_draw")
    assert await c.refused() == "no_draw_offered"


async def test_who_may_still_come_back_does_not_lose_by_another_s_forfeit(
    three: Callable[[], Awaitable[Any]],
    ada: Person,
    bob: Person,
    cyd: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    game, (a, b, c) = await three()
    await a.send(type="player_move", movement={})
    await b.hear("player_move")
    await c.leave()
    await b.hear_until("player_left")
    rooms.current().here[game.pk].seats[2].away_since += 60
    monkeypatch.setattr(Game, "grace", 0.2)
    await a.leave()
    over = await b.hear_until("game_over")
    assert (sorted(over["winner_ids"]), over["reason"]) == (sorted([bob.id, cyd.id]), "forfeit")


async def test_a_rematch_of_three_needs_all_and_moves_everybody_a_seat_on(
    three: Callable[[], Awaitable[Any]], ada: Person, bob: Person, cyd: Person
) -> None:
    _, players = await three()
    await players[0].send(type="game_action", action="resign")
    for player in players:
        await player.hear_until("game_over")
        await player.hear("game_state")
    for asking in players:
        await asking.send(type="game_action", action="rematch")
        data = [(await player.hear("game_action"))["data"] for player in players]
    again = await bob.enter(data[0]["game_id"])
    assert data[0] == data[1] == data[2]
    state = await again.hear("game_state")
    assert [one["id"] for one in state["players"]] == [bob.id, cyd.id, ada.id]
    assert state["you"]["side"] == "seat_1"
