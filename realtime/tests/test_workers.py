"""Which workers live, as another judges it, and what each does again and again."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from django.db import OperationalError

from realtime import worker
from realtime.worker import Worker, lease_key


class Judge(Worker):
    """Says when it has looked."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = asyncio.Event()

    async def alive(self, workers: Iterable[str]) -> set[str]:
        found = await super().alive(workers)
        self.looked.set()
        return found


@pytest.fixture
async def judge() -> AsyncIterator[Judge]:
    judge = Judge()
    await judge.relay.start()
    yield judge
    await judge.relay.stop()
    await judge.redis.aclose()


@pytest.fixture
async def other() -> AsyncIterator[Worker]:
    other = Worker()
    await other.relay.start()
    yield other
    await other.relay.stop()
    await other.redis.aclose()


async def test_who_answers_is_not_gone_whatever_redis_knows(judge, other):
    assert await judge.gone([judge.id, other.id, "worker.nobody"]) == {"worker.nobody"}


async def test_a_killed_worker_is_gone_while_its_lease_still_stands(judge):
    await judge.redis.set(lease_key("worker.killed"), 1)
    assert await judge.alive(["worker.killed"]) == set()
    assert await judge.gone(["worker.killed"]) == {"worker.killed"}


async def test_a_worker_whose_lease_and_relay_are_back_in_a_moment_is_not_gone(judge):
    """As after a Redis that was killed; it need not be quick to answer just then."""
    judged = asyncio.create_task(judge.gone(["worker.slow"]))
    await judge.looked.wait()
    async with judge.redis.pubsub() as listening:
        await listening.subscribe("worker.slow")
        await judge.redis.set(lease_key("worker.slow"), 1)
        assert await judged == set()


async def test_what_is_done_every_so_often_goes_on_though_the_database_was_away(monkeypatch):
    done, enough = [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def tidy() -> None:
        done.append(1)
        if len(done) == 1:
            raise OperationalError("planted")
        loop.call_soon_threadsafe(enough.set)

    monkeypatch.setattr(worker, "_backgrounds", [])
    assert worker.every(0.001)(tidy) is tidy
    (repeated,) = worker._backgrounds
    task = asyncio.create_task(repeated())
    await enough.wait()
    task.cancel()
    assert len(done) >= 2
