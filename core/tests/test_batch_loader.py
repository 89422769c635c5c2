"""Concurrent lookups share a query, and each gets an answer read after its call."""

import asyncio
from asyncio import Task
from typing import Any

import pytest

from core import batching
from core.batching import BatchLoader, one_by_one


class Source:
    """A data source that answers when told to and counts its queries."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.loader = BatchLoader(self.ask)

    async def ask(self, keys: Any) -> dict[Any, int]:
        self.asked.append(keys)
        count = len(self.asked)
        self.is_asked.set()
        await self.may_answer.wait()
        if "nonsense" in keys:
            raise LookupError("There is no such thing.")
        return dict.fromkeys(keys, count)

    async def asking(self, *keys: Any) -> list[Task[Any]]:
        """Return tasks that look up these keys, once all of them wait."""
        tasks = [asyncio.create_task(self.loader(key)) for key in keys]
        await self.is_asked.wait()
        return tasks


async def test_what_is_asked_at_one_moment_is_asked_once_and_together() -> None:
    source = Source()
    waiting = await source.asking("ada", "bob", "ada")
    source.may_answer.set()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert source.asked == [["ada", "bob"]]


async def test_who_asks_while_it_is_asked_shares_the_next_answer() -> None:
    source = Source()
    (early,) = await source.asking("ada")
    late = await source.asking("ada", "ada", "bob")
    await asyncio.sleep(0)
    assert source.asked == [["ada"]]
    source.may_answer.set()
    assert await early == 1
    assert await asyncio.gather(*late) == [2, 2, 2]
    assert source.asked == [["ada"], ["ada", "bob"]]


async def test_who_asks_alone_is_asked_for_at_once_also_after_an_answer() -> None:
    source = Source()
    source.may_answer.set()
    assert await source.loader("ada") == 1
    asking = asyncio.create_task(source.loader("bob"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert source.asked == [["ada"], ["bob"]]
    assert await asking == 2


async def test_a_crowd_that_comes_one_by_one_is_asked_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MAX_GATHERING_S", 60.0)
    source = Source()
    source.may_answer.set()
    crowd = []
    for number in range(20):
        crowd.append(asyncio.create_task(source.loader(number)))
        await asyncio.sleep(0)
    assert await asyncio.gather(*crowd) == [1] * 20
    assert source.asked == [[*range(20)]]


async def test_who_does_not_wait_any_more_takes_nothing_from_the_others() -> None:
    source = Source()
    gone, stays = await source.asking("ada", "ada")
    gone.cancel()
    await asyncio.wait({gone})
    source.may_answer.set()
    assert await stays == 1
    assert gone.cancelled()


async def test_a_failure_is_told_to_all_who_wait_and_to_nobody_after_them() -> None:
    source = Source()
    source.may_answer.set()
    failed = await source.asking("ada", "nonsense")
    answers = await asyncio.gather(*failed, return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 2
    assert await source.loader("ada") == 2


async def test_of_reads_made_one_by_one_each_fails_alone() -> None:
    async def read(number: int) -> int:
        return 1 // number

    loader = BatchLoader(one_by_one(read))
    good, bad = asyncio.create_task(loader(1)), asyncio.create_task(loader(0))
    assert await good == 1
    with pytest.raises(ZeroDivisionError):
        await bad
