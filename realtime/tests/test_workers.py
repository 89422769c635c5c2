"""Liveness of workers, as judged by another worker."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import pytest
from pytest_django import Settings
from redis.connection import parse_url

from core import redis
from core.refusals import Unavailable
from realtime import worker
from realtime.delivery import relay
from realtime.membership.leases import ELECTED, LEASES
from realtime.wire.topics import Topic
from realtime.worker import Worker


class Judge(Worker):
    """A worker that signals after each check."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = asyncio.Event()

    async def alive(self, workers: Iterable[str], *, takes_rooms: bool = False) -> set[str]:
        found = await super().alive(workers, takes_rooms=takes_rooms)
        self.looked.set()
        return found


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never take a worker on a slow machine for dead."""
    monkeypatch.setattr(relay, "PING_TIMEOUT_S", 2.0)


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


async def test_who_answers_is_not_gone_whatever_redis_knows(
    patient: None, judge: Judge, other: Worker
) -> None:
    assert await judge.gone([judge.id, other.id, "worker.nobody"]) == {"worker.nobody"}


async def test_a_killed_worker_is_gone_while_its_lease_still_stands(judge: Judge) -> None:
    await judge.redis.zadd(LEASES, {"worker.killed": 2**40})
    assert await judge.alive(["worker.killed"]) == set()
    assert await judge.gone(["worker.killed"]) == {"worker.killed"}


async def test_a_worker_whose_lease_and_relay_are_back_in_a_moment_is_not_gone(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a Redis that was killed; it need not be quick to answer just then."""
    monkeypatch.setattr(worker, "BELIEVED_DEAD_S", 3.0)
    judged = asyncio.create_task(judge.gone(["worker.slow"]))
    await judge.looked.wait()
    async with judge.redis.pubsub() as listening:
        await listening.subscribe("worker.slow")
        await judge.redis.zadd(LEASES, {"worker.slow": 2**40})
        assert await judged == set()


async def test_what_cannot_be_sent_takes_nothing_else_of_its_turn_with_it(
    patient: None, judge: Judge, other: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    judge.relay.publish(Topic("somewhere"), None, datetime.now(UTC))
    assert await judge.relay.is_reachable(other.id)
    assert "Sending to other workers failed" in caplog.text


async def test_what_was_refused_because_no_answer_came_is_not_done_later(
    patient: None, judge: Judge, other: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    monkeypatch.setitem(relay._handlers, "do", lambda sender, what: done.append(what))
    judge.relay.tell(other.id, "do", "first")
    await asyncio.sleep(0)  # It is on its way, and the next waits till it is there.
    with pytest.raises(Unavailable):
        await judge.relay.ask(other.id, "do", "late", within_s=0)
    await judge.relay.ask(other.id, "do", "last")
    assert done == ["first", "last"]


class Road:
    """A proxy to Redis on which a connection may fall silent, as during a failover."""

    def __init__(self, redis_url: str) -> None:
        self._redis = parse_url(redis_url)
        self._travelling: list[asyncio.Task[None]] = []
        self._beyond: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Road":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.fall_silent()
        self._server.close()

    @property
    def url(self) -> str:
        host, port = self._server.sockets[0].getsockname()
        return f"redis://{host}:{port}/{self._redis.get('db', 0)}"

    def fall_silent(self) -> None:
        """Stop forwarding on the current connections, including their end; Redis loses them."""
        for task in self._travelling:
            task.cancel()
        for writer in self._beyond:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if "path" in self._redis:
            far_reader, far_writer = await asyncio.open_unix_connection(self._redis["path"])
        else:
            far_reader, far_writer = await asyncio.open_connection(self._redis["host"], self._redis["port"])
        self._beyond.append(far_writer)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            self._travelling.append(asyncio.create_task(self._carry(source, sink)))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            sink.write(data)


async def test_a_worker_whose_redis_was_replaced_behind_its_connections_is_there_again(
    patient: None, other: Worker, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "ANSWER_TIMEOUT_S", 0.5)
    monkeypatch.setattr(worker, "RENEW_EVERY_S", 0.01)
    async with Road(settings.REDIS_URL) as road:
        settings.REDIS_URL = road.url
        layer = {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": [road.url]}}
        settings.CHANNEL_LAYERS = {"default": layer}
        far = Worker()
        await far.relay.start()
        assert await other.relay.is_reachable(far.id)

        road.fall_silent()
        assert not await other.relay.is_reachable(far.id)
        keeping = asyncio.create_task(far._keep_lease())
        while not await other.relay.is_reachable(far.id):
            pass
        assert await other.alive([far.id]) == {far.id}

        keeping.cancel()
        await far.relay.stop()
        await far.redis.aclose()


@pytest.fixture
async def two(patient: None, here: Worker) -> AsyncIterator[tuple[Worker, Worker]]:
    """Two workers that renew their leases only when the test says so, and no third that does."""
    (renewing,) = [task for task in here._tasks if task.get_name() == "Worker._keep_lease"]
    renewing.cancel()
    one, two = Worker(), Worker()
    for each in (one, two):
        await each.relay.start()
        await each.redis.delete(LEASES, ELECTED)
    yield one, two
    for each in (one, two):
        await each.relay.stop()
        await each.redis.aclose()


async def test_one_worker_is_elected_and_another_takes_its_place_when_it_is_killed(
    two: tuple[Worker, Worker],
) -> None:
    first, second = two
    for each in (first, second, first, second):
        await each._renew()
        assert each.elected == first.id
    await first.relay.stop()  # what a kill does; its lease still stands
    await second._renew()
    assert second.elected == second.id


async def test_the_elected_worker_looks_for_the_remains_of_one_that_is_gone_and_then_forgets_it(
    two: tuple[Worker, Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two
    swept: asyncio.Queue[None] = asyncio.Queue()

    async def sweep() -> None:
        swept.put_nowait(None)

    monkeypatch.setattr("core.background.sweeps", [sweep])
    monkeypatch.setattr(worker, "BELIEVED_DEAD_S", 0.01)
    for each in (first, second, first):
        await each._renew()
    sweeping = asyncio.create_task(first._sweep_for_all())
    await swept.get()  # because it was elected
    await second.relay.stop()
    while swept.empty():  # until the other seems dead for long enough
        await first._renew()
    await swept.get()
    await until_forgotten(first, second)
    sweeping.cancel()


async def until_forgotten(by: Worker, other: Worker) -> None:
    while other.id.encode() in await by.redis.zrange(LEASES, 0, -1):  # noqa: ASYNC110  (nothing tells)
        await asyncio.sleep(0.01)
