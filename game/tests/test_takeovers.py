"""What one owner of a game leaves to the next, and that only the latest has a say."""

import asyncio
import threading

import pytest

from game import services
from game.author import Clock, Game, catalogue, move
from game.models import Game as Row
from game.models import Snapshot
from game.tests.conftest import begin
from realtime import worker
from realtime.worker import in_database


class Hasty(Game):
    """Whoever begins has a second for it."""

    clock = Clock(seconds=1)

    def setup(self, random):
        return {"steps": 0}

    @move
    def step(self, state, seat):
        state["steps"] += 1

    def result(self, state):
        return None


@pytest.fixture(autouse=True)
def offered(monkeypatch):
    """This game is in the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Hasty)


async def test_a_clock_that_runs_out_where_the_game_is_no_more_does_not_end_it(new_game, ada, bob):
    game = await new_game(Hasty.name)
    a, _ = await begin(game, ada, bob)
    await in_database(services.take_over, game_id=game.pk)
    assert await a.closed() == 1012
    assert (await Row.objects.aget(pk=game.pk)).state == "active"


async def test_no_snapshot_of_a_game_that_ends_as_its_worker_stops_outlives_it(
    new_game, ada, bob, monkeypatch
):
    game = await new_game("pong")
    a, _ = await begin(game, ada, bob)
    ended, may_answer = threading.Event(), threading.Event()
    finish = services.finish

    def finish_and_answer_late(**ending):
        over = finish(**ending)
        ended.set()
        assert may_answer.wait(10)
        return over

    # The answer is still on its way when the worker stops.
    monkeypatch.setattr(services, "finish", finish_and_answer_late)
    await a.send(type="game_action", action="resign")
    await asyncio.to_thread(ended.wait, 10)
    await worker.stop()
    may_answer.set()
    assert (await Row.objects.aget(pk=game.pk)).state == "finished"
    assert not await in_database(Snapshot.objects.filter(game=game).exists)
