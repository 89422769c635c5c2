"""Games whose own code fails: each ends with an error for its players, whatever failed."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.database import in_database
from game import selectors
from game.author import Annotated, Game, Meta, Record, Seat, catalogue, move
from game.live import rooms
from game.models import Game as Row
from game.models import Seat as SeatRow
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime import worker
from realtime.testing import WITHIN_S


class Steps(Game, abstract=True):
    """Two steps; the second breaks something."""

    def setup(self, random: Random) -> dict[str, int]:
        return {"steps": 0}

    @move
    def step(self, state: dict[str, Any], seat: int, by: Annotated[int, Meta(ge=1, le=1)] = 1) -> None:
        state["steps"] += by

    def result(self, state: dict[str, Any]) -> int | None:
        return 0 if state["steps"] == 2 else None


class BlindFromTheStart(Steps):
    def view(self, state: dict[str, Any], seat: int) -> dict[str, Any]:
        return {"steps": state["nothing"]}


class BlindForSpectators(Steps):
    def view(self, state: dict[str, Any], seat: int) -> dict[str, Any]:
        return {"steps": state["steps"] + seat}


class BlindLater(Steps):
    def view(self, state: dict[str, Any], seat: int) -> dict[str, Any]:
        return {"left": 1 / (2 - state["steps"])}


class ScoresForNobody(Steps):
    def scores(self, state: dict[str, Any]) -> list[int]:
        return [0] * (2 - state["steps"] // 2)


class ScoresWithoutEnd(Steps):
    def scores(self, state: dict[str, Any]) -> list[float | int]:
        return [float("inf") if state["steps"] == 2 else 0, 0]


class ShowsWhatCannotBeKept(Steps):
    def view(self, state: dict[str, Any], seat: int) -> dict[str, str]:
        return {"text": "\0"}


class Push(Record):
    by: Annotated[int, Meta(ge=0, le=1)]


class BlindInRealTime(Game):
    def setup(self, random: Random) -> dict[str, int]:
        return {"ticks": 0}

    def tick(self, state: dict[str, Any], inputs: dict[Seat, Push], dt: float) -> None:
        state["ticks"] += 1

    def result(self, state: dict[str, Any]) -> None:
        return None

    def view(self, state: dict[str, Any], seat: int) -> dict[str, Any]:
        return {"left": 1 / (4 - state["ticks"])}


class UnplainInRealTime(BlindInRealTime):
    def tick(self, state: dict[str, Any], inputs: dict[Seat, Push], dt: float) -> None:
        state["ticks"] = (1,)

    def view(self, state: dict[str, Any], seat: int) -> Any:
        return {}


class ScoresInRealTime(BlindInRealTime):
    def view(self, state: dict[str, Any], seat: int) -> Any:
        return {}

    def scores(self, state: dict[str, Any]) -> list[Any]:
        return [1 / (4 - state["ticks"]), 0]


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in (
        BlindFromTheStart,
        BlindForSpectators,
        BlindLater,
        ScoresForNobody,
        ScoresWithoutEnd,
        ShowsWhatCannotBeKept,
        BlindInRealTime,
        UnplainInRealTime,
        ScoresInRealTime,
    ):
        catalogue.register(game)


async def over(player: Any) -> dict[str, Any]:
    while (frame := await player.hear())["type"] != "game_over":
        pass
    return frame


@pytest.mark.parametrize("game", [BlindFromTheStart, BlindForSpectators])
async def test_a_game_that_cannot_be_seen_ends_as_soon_as_somebody_looks(
    new_game: Any, ada: Person, cyd: Person, game: Any
) -> None:
    made = await new_game(game.name)
    for somebody in (await ada.enter(made.pk), await cyd.enter(made.pk)):
        told = await over(somebody)
        assert (told["reason"], told["winner_ids"], told["ratings"]) == ("error", [], [])


@pytest.mark.parametrize(
    "game",
    [
        BlindLater,
        ScoresForNobody,
        ScoresWithoutEnd,
        pytest.param(
            ShowsWhatCannotBeKept,
            marks=pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps it"),
        ),
        BlindInRealTime,
        ScoresInRealTime,
    ],
)
async def test_a_game_that_fails_while_it_is_shown_ends_for_all_and_frees_its_players(
    new_game: Any, ada: Person, bob: Person, cyd: Person, game: Any
) -> None:
    made = await new_game(game.name)
    players = await begin(made, ada, bob)
    if not game.real_time:
        await players[0].send(type="player_move", movement={})
        await players[1].hear_until("player_move")
        await players[1].send(type="player_move", movement={})
    for player in players:
        told = await over(player)
        assert (told["reason"], told["winner_ids"], told["ratings"]) == ("error", [], [])
        assert (await player.hear("game_state"))["state"] == "abandoned"
    stored = await in_database(Row.objects.get, pk=made.pk)
    assert (stored.state, stored.result["reason"]) == ("abandoned", "error")
    assert not await in_database(SeatRow.objects.filter(game=made, is_open=True).exists)
    spectator = await cyd.enter(made.pk)
    assert (await spectator.hear("game_state"))["result"]["reason"] == "error"


async def test_a_state_that_cannot_be_kept_does_not_keep_the_worker_from_stopping(
    new_game: Any, ada: Person, bob: Person
) -> None:
    made = await new_game(UnplainInRealTime.name)
    a, _ = await begin(made, ada, bob)
    await a.hear_until("game_tick")
    await worker.stop()
    assert await a.closed() == 1012
    await worker.start()
    for player in (await ada.enter(made.pk), await bob.enter(made.pk)):
        assert (await over(player))["reason"] == "error"


class Stumbles(BlindLater):
    """A game's rules after a change during the game."""

    name = BlindLater.name

    def setup(self, random: Random) -> None:
        raise ValueError


class IsNotEvenMade(BlindLater):
    """Another change of them."""

    name = BlindLater.name

    def __init__(self, *_: Any) -> None:
        raise ValueError


@pytest.mark.parametrize("broken", [Stumbles, IsNotEvenMade])
async def test_a_rematch_that_the_rules_let_not_begin_is_refused(
    new_game: Any, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, broken: Any
) -> None:
    made = await new_game(BlindLater.name)
    a, b = await begin(made, ada, bob)
    await a.send(type="game_action", action="resign")
    for player in (a, b):
        await over(player)
        await player.hear("game_state")
    monkeypatch.setitem(catalogue._games, BlindLater.name, broken)
    await a.send(type="game_action", action="rematch")
    await b.hear("game_action")
    await b.send(type="game_action", action="rematch")
    assert await b.refused() == "internal_error"
    monkeypatch.setitem(catalogue._games, BlindLater.name, BlindLater)
    await b.send(type="game_action", action="rematch")
    assert "game_id" in (await b.hear("game_action"))["data"]


@pytest.mark.parametrize("broken", [Stumbles, IsNotEvenMade])
async def test_a_game_that_fails_before_anybody_was_in_it_ends_for_who_comes(
    new_game: Any, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, broken: Any
) -> None:
    made = await new_game(BlindLater.name, queued=True)
    monkeypatch.setitem(catalogue._games, BlindLater.name, broken)
    assert (await over(await ada.enter(made.pk)))["reason"] == "error"
    assert (await (await bob.enter(made.pk)).hear("game_state"))["result"]["reason"] == "error"
    assert await in_database(selectors.latest_open_game, ada.id) is None


async def test_a_game_that_cannot_be_opened_does_not_keep_others_from_being_taken_over(
    new_game: Any, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "OWNERS_TELL_WITHIN_S", 0.01)
    monkeypatch.setattr("game.selectors.games.ADOPTED_AFTER", timedelta(0))
    made = await new_game(BlindLater.name)
    await (await ada.enter(made.pk)).hear_until("player_joined")
    await worker.stop()
    await worker.start()
    monkeypatch.setitem(catalogue._games, BlindLater.name, Stumbles)
    sound = await new_game()
    await rooms.share_out_all_orphans()
    async with asyncio.timeout(WITHIN_S):
        while sound.pk not in rooms.current().here:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    assert (await Row.objects.aget(pk=made.pk)).state != "abandoned"


async def test_nobody_is_bound_to_a_game_that_is_no_longer_offered(
    new_game: Any, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await new_game(BlindLater.name, queued=True)
    assert await in_database(selectors.latest_open_game, ada.id) == made.pk
    monkeypatch.delitem(catalogue._games, BlindLater.name)
    headers = {"Authorization": f"Bearer {ada.token}"}
    told = await in_database(Client().get, "/game/status/", headers=headers)
    assert told.json() == {"status": "idle"}
