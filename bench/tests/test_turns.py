"""Servers under one load run in turns."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bench.loadgen import take_turns
from bench.scenarios import SCENARIOS
from bench.scenarios.run import Run
from bench.sockets import ServerFault
from bench.targets import Target


def runs(*names: Any) -> list[Run]:
    return [Run(Target(name), 0, None, None, "", 1.0, {}) for name in names]


def put_under(scenario: Any, those: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCENARIOS, "scenario", scenario)
    asyncio.run(take_turns("scenario", those))


def test_each_has_its_turn_in_every_round_and_nobody_always_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = []

    async def three_turns(run: Any) -> AsyncIterator[None]:
        for number in range(3):
            yield
            order.append((number, run.target.base_url))

    put_under(three_turns, runs("a", "b"), monkeypatch)
    assert [number for number, _ in order] == [0, 0, 1, 1, 2, 2]
    assert {order[0][1], order[2][1]} == {"a", "b"}


def test_a_server_that_fails_says_why_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two_turns(run: Any) -> AsyncIterator[None]:
        yield
        if run.target.base_url == "bad":
            raise ServerFault("lost a move")
        yield
        run.figures["done"] = True

    bad, good = runs("bad", "good")
    put_under(two_turns, [bad, good], monkeypatch)
    assert bad.figures == {"fault": "ServerFault('lost a move')"}
    assert good.figures == {"done": True}


def test_turns_of_half_a_second_fill_the_time_given() -> None:
    (run,) = runs("a")
    run.seconds = 5.1
    assert len(run.turns()) == 10
    assert sum(run.turns()) == pytest.approx(5.1)
