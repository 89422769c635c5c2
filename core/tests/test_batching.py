"""Concurrent calls run in batches, and changed values are announced until the last one is true."""

import asyncio
from asyncio import Task
from collections.abc import Iterator
from typing import Any

import pytest

from core import batching
from core.batching import Announcer, Batcher


class Store:
    """Stores numbers in batches; the first batch blocks until released."""

    def __init__(self, size: int = 10) -> None:
        self.batches: list[Any] = []
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()
        self.store = Batcher(self.run, size=size, what="Storing")

    async def run(self, numbers: Any) -> Any:
        self.batches.append(numbers)
        self.begun.set()
        await self.may_go_on.wait()
        if "spoiled" in numbers:
            raise LookupError("planted")
        return [ValueError(number) if number < 0 else 2 * number for number in numbers]

    async def calls_behind_a_slow_one(self, *items: Any) -> tuple[Task[Any], list[Task[Any]]]:
        first = asyncio.create_task(self.store(0))
        await self.begun.wait()
        calls = [asyncio.create_task(self.store(item)) for item in items]
        await asyncio.sleep(0)
        return first, calls


async def test_calls_made_while_a_batch_runs_are_the_next_batch() -> None:
    store = Store()
    first, calls = await store.calls_behind_a_slow_one(1, -2, 3)

    store.may_go_on.set()

    assert await first == 0
    assert (await calls[0], await calls[2]) == (2, 6)
    with pytest.raises(ValueError, match="-2"):
        await calls[1]
    assert store.batches == [[0], [1, -2, 3]]


async def test_a_batch_holds_no_more_than_its_size() -> None:
    store = Store(size=2)
    _, calls = await store.calls_behind_a_slow_one(1, 2, 3)

    store.may_go_on.set()
    await asyncio.gather(*calls)

    assert store.batches == [[0], [1, 2], [3]]


async def test_a_caller_that_is_cancelled_takes_nothing_from_the_others() -> None:
    store = Store()
    _, (gone, stays) = await store.calls_behind_a_slow_one(1, 2)

    gone.cancel()
    store.may_go_on.set()

    assert await stays == 4


async def test_a_batch_that_fails_fails_for_its_callers_alone() -> None:
    store = Store()
    _, (failed,) = await store.calls_behind_a_slow_one("spoiled")

    store.may_go_on.set()

    with pytest.raises(LookupError):
        await failed
    assert await store.store(5) == 10


class Status:
    """The values of some keys, and all announcements of them."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.announcements: list[Any] = []
        self.failures: Iterator[Exception] = iter(())
        self.announcer = Announcer(self.announce, size=10, what="Announcing", retry_on=(ConnectionError,))

    async def announce(self, batch: Any) -> dict[Any, Any]:
        for failure in self.failures:
            raise failure
        changed = {key: self.values[key] for key, last in batch.items() if self.values[key] != last}
        self.announcements += changed.items()
        await asyncio.sleep(0)
        return changed


async def test_a_change_is_announced_once() -> None:
    status = Status(ada="online")

    status.announcer.changed("ada")
    await status.announcer.idle()

    assert status.announcements == [("ada", "online")]


async def test_a_value_that_changed_unseen_while_it_was_announced_is_announced_again() -> None:
    status = Status(ada="online")

    status.announcer.changed("ada")
    await asyncio.sleep(0)
    status.values["ada"] = "away"
    await status.announcer.idle()

    assert status.announcements == [("ada", "online"), ("ada", "away")]


async def test_of_two_values_announced_elsewhere_the_true_one_is_announced_last() -> None:
    status = Status(ada="online")

    status.announcer.announced("ada", "online")
    status.announcer.announced("ada", "away")
    await status.announcer.idle()

    assert status.announcements == [("ada", "online")]


async def test_nothing_is_lost_while_the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "RETRY_S", 0.0)
    status = Status(ada="online")
    status.failures = iter([ConnectionError("away")] * 3)

    status.announcer.changed("ada")
    await status.announcer.idle()

    assert status.announcements == [("ada", "online")]
