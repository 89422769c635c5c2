"""Who is in which room, with several workers on one real Redis."""

import asyncio

import pytest

from core.namespace import key
from realtime import attendance
from realtime.attendance import Attendance, present
from realtime.redis import evaluate
from realtime.worker import Worker

ADA, BOB = 1, 2
WITHIN_S = 30


class Server:
    """A worker of which only attendance runs."""

    def __init__(self, told: asyncio.Queue) -> None:
        self.worker = Worker()
        self.told = told
        self.attendance = Attendance("here", self._tell, self.worker)
        self.task: asyncio.Task[None] | None = None

    async def _tell(self, room: str, user_id: int, is_there: bool) -> None:
        self.told.put_nowait((room, user_id, is_there))

    async def start(self) -> "Server":
        await self.worker.relay.start()
        self.run()
        return self

    def run(self) -> None:
        self.task = asyncio.create_task(self.attendance.keep())

    async def stand_still(self) -> None:
        """Nothing runs any more, as after kill -9 or in a stopped process."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def close(self) -> None:
        await self.stand_still()
        await self.worker.relay.stop()
        await self.worker.redis.aclose()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Nobody waits for a beat, and no worker of a slow machine is taken for dead."""
    monkeypatch.setattr(attendance, "BEAT_EVERY_S", 0.1)
    monkeypatch.setattr(attendance, "DEAD_AFTER_S", 60)


@pytest.fixture
def told():
    return asyncio.Queue()


@pytest.fixture
async def new_server(told):
    servers = []

    async def new_server() -> Server:
        servers.append(await Server(told).start())
        return servers[-1]

    yield new_server
    for server in servers:
        await server.close()


async def hear(told):
    return await asyncio.wait_for(told.get(), WITHIN_S)


async def who(room):
    return await asyncio.to_thread(present, "here", room)


async def test_a_user_is_in_a_room_from_the_first_socket_to_the_last(new_server, told):
    one, two = await new_server(), await new_server()
    one.attendance.arrived("den", ADA)
    assert await hear(told) == ("den", ADA, True)
    one.attendance.arrived("den", ADA)
    two.attendance.arrived("den", ADA)
    two.attendance.arrived("lair", BOB)
    assert await hear(told) == ("lair", BOB, True)
    assert (await who("den"), await who("lair")) == ({ADA}, {BOB})
    one.attendance.left("den", ADA)
    one.attendance.left("den", ADA)
    one.attendance.arrived("lair", ADA)
    assert await hear(told) == ("lair", ADA, True)
    two.attendance.left("den", ADA)
    assert await hear(told) == ("den", ADA, False)
    assert (await who("den"), await who("lair")) == (set(), {ADA, BOB})
    assert told.empty()


async def silence(server):
    """As if the worker had long given no sign of life, however quick this machine is."""
    await server.worker.redis.zadd(key("here:workers"), {server.worker.id: 0})


async def test_the_users_of_a_dead_worker_are_gone_and_come_back_with_it(new_server, told):
    dying, other = await new_server(), await new_server()
    other.attendance.arrived("den", BOB)
    assert await hear(told) == ("den", BOB, True)
    dying.attendance.arrived("den", BOB)
    dying.attendance.arrived("den", ADA)
    assert await hear(told) == ("den", ADA, True)
    await dying.stand_still()
    await silence(dying)
    assert await hear(told) == ("den", ADA, False)
    assert await who("den") == {BOB}
    dying.run()
    assert await hear(told) == ("den", ADA, True)
    assert await who("den") == {ADA, BOB}


async def test_who_has_much_to_clear_away_still_gives_signs_of_life(new_server, told, monkeypatch):
    monkeypatch.setattr(attendance, "AT_ONCE", 1)
    dying, other = await new_server(), await new_server()
    for user in (ADA, BOB):
        dying.attendance.arrived("den", user)
        assert await hear(told) == ("den", user, True)
    await dying.stand_still()

    async def takes_long(room, user_id, is_there):
        told.put_nowait(await other.worker.redis.zscore(key("here:workers"), other.worker.id))
        await silence(other)

    monkeypatch.setattr(other.attendance, "_changed", takes_long)
    await silence(dying)
    assert [await hear(told) > 0 for _ in (ADA, BOB)] == [True, True]


async def test_who_lives_after_all_takes_back_what_others_began_to_clear_away(new_server, told, monkeypatch):
    monkeypatch.setattr(attendance, "AT_ONCE", 1)
    sleeper, other = await new_server(), await new_server()
    for user in (ADA, BOB):
        sleeper.attendance.arrived("den", user)
        assert await hear(told) == ("den", user, True)
    await sleeper.stand_still()
    await other.stand_still()
    await silence(sleeper)
    (place,) = await evaluate(
        other.worker.redis,
        attendance._SWEEP,
        [key("here:workers")],
        [attendance.DEAD_AFTER_S, key("here:"), 1],
    )
    sleeper.run()
    assert await hear(told) == ("den", int(place.split()[1]), True)
    assert await who("den") == {ADA, BOB}


async def test_an_emptied_redis_is_filled_again(new_server, told):
    server = await new_server()
    server.attendance.arrived("den", ADA)
    await hear(told)
    await server.worker.redis.flushdb()
    assert await hear(told) == ("den", ADA, True)
    assert await who("den") == {ADA}


async def test_nothing_is_left_when_all_have_left(new_server, told):
    server = await new_server()
    users = range(1, 1201)
    for user in users:
        server.attendance.arrived("den", user)
    for _ in users:
        await hear(told)
    for user in users:
        server.attendance.left("den", user)
    for _ in users:
        await hear(told)
    assert await server.worker.redis.keys(key("here*")) == [key("here:workers").encode()]
