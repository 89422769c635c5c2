"""Members of rooms, with several workers on one real Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from core.ids import UserId
from core.namespace import key
from core.redis import evaluate
from realtime.membership import leased_set
from realtime.membership.leased_set import LeasedSet, users_in
from realtime.worker import Worker

ADA, BOB = UserId(1), UserId(2)
WITHIN_S = 30


class Server:
    """A worker that only runs the rooms of one kind."""

    def __init__(self, told: asyncio.Queue[Any]) -> None:
        self.worker = Worker()
        self.told = told
        self.members = LeasedSet("here", self.worker.redis, self.worker.relay, self._tell)
        self.tasks: list[asyncio.Task[None]] = []

    async def _tell(self, room: str, user_id: UserId, is_there: bool) -> None:
        self.told.put_nowait((room, user_id, is_there))

    async def start(self) -> "Server":
        await self.worker.relay.start()
        self.run()
        return self

    def run(self) -> None:
        self.tasks = [asyncio.create_task(self.members.keep()), asyncio.create_task(self.members.announce())]

    async def stand_still(self) -> None:
        """Cancel everything, as after kill -9 or in a stopped process."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def close(self) -> None:
        await self.stand_still()
        await self.worker.relay.stop()
        await self.worker.redis.aclose()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the intervals, and never take a worker on a slow machine for dead."""
    monkeypatch.setattr(leased_set, "BEAT_EVERY_S", 0.1)
    monkeypatch.setattr(leased_set, "DEAD_AFTER_S", 60)


@pytest.fixture
def told() -> Any:
    return asyncio.Queue()


@pytest.fixture
async def new_server(told: Any) -> AsyncIterator[Callable[[], Awaitable[Server]]]:
    servers = []

    async def new_server() -> Server:
        servers.append(await Server(told).start())
        return servers[-1]

    yield new_server
    for server in servers:
        await server.close()


async def hear(told: Any) -> Any:
    return await asyncio.wait_for(told.get(), WITHIN_S)


async def who(room: Any) -> Any:
    return await asyncio.to_thread(users_in, "here", room)


async def test_a_user_is_in_a_room_from_the_first_socket_to_the_last(
    new_server: Callable[[], Awaitable[Server]], told: Any
) -> None:
    one, two = await new_server(), await new_server()
    one.members.arrived("den", ADA)
    assert await hear(told) == ("den", ADA, True)
    one.members.arrived("den", ADA)
    two.members.arrived("den", ADA)
    two.members.arrived("lair", BOB)
    assert await hear(told) == ("lair", BOB, True)
    assert (await who("den"), await who("lair")) == ({ADA}, {BOB})
    one.members.left("den", ADA)
    one.members.left("den", ADA)
    one.members.arrived("lair", ADA)
    assert await hear(told) == ("lair", ADA, True)
    two.members.left("den", ADA)
    assert await hear(told) == ("den", ADA, False)
    assert (await who("den"), await who("lair")) == (set(), {ADA, BOB})
    assert told.empty()


async def silence(server: Any) -> None:
    """Make the worker's last heartbeat old, however quick this machine is."""
    await server.worker.redis.zadd(key("{here}:workers"), {server.worker.id: 0})


async def test_the_users_of_a_dead_worker_are_gone_and_come_back_with_it(
    new_server: Callable[[], Awaitable[Server]], told: Any
) -> None:
    dying, other = await new_server(), await new_server()
    other.members.arrived("den", BOB)
    assert await hear(told) == ("den", BOB, True)
    dying.members.arrived("den", BOB)
    dying.members.arrived("den", ADA)
    assert await hear(told) == ("den", ADA, True)
    await dying.stand_still()
    await silence(dying)
    assert await hear(told) == ("den", ADA, False)
    assert await who("den") == {BOB}
    dying.run()
    assert await hear(told) == ("den", ADA, True)
    assert await who("den") == {ADA, BOB}


async def test_who_has_much_to_clear_away_still_gives_signs_of_life(
    new_server: Callable[[], Awaitable[Server]], told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying, other = await new_server(), await new_server()
    for user in (ADA, BOB):
        dying.members.arrived("den", user)
        assert await hear(told) == ("den", user, True)
    await dying.stand_still()

    async def takes_long(room: Any, user_id: UserId, is_present: Any) -> None:
        await silence(other)
        while not await other.worker.redis.zscore(key("{here}:workers"), other.worker.id):  # noqa: ASYNC110
            await asyncio.sleep(0)
        told.put_nowait(user_id)

    monkeypatch.setattr(other.members, "_changed", takes_long)
    await silence(dying)
    assert {await hear(told) for _ in (ADA, BOB)} == {ADA, BOB}


async def test_who_lives_after_all_takes_back_what_others_began_to_clear_away(
    new_server: Callable[[], Awaitable[Server]], told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leased_set, "BATCH_SIZE", 1)
    sleeper, other = await new_server(), await new_server()
    for user in (ADA, BOB):
        sleeper.members.arrived("den", user)
        assert await hear(told) == ("den", user, True)
    await sleeper.stand_still()
    await other.stand_still()
    await silence(sleeper)
    names = ("workers", f"swept:{sleeper.worker.id}", f"of:{sleeper.worker.id}", "den")
    gone = await evaluate(
        other.worker.redis,
        leased_set._SWEEP,
        [leased_set.key_of("here", name) for name in names],
        [sleeper.worker.id, leased_set.DEAD_AFTER_S, f"den {ADA}"],
    )
    assert gone == [f"den {ADA}".encode()]
    sleeper.run()
    assert await hear(told) == ("den", ADA, True)
    assert await who("den") == {ADA, BOB}


async def test_an_emptied_redis_is_filled_again_and_nothing_is_told(
    new_server: Callable[[], Awaitable[Server]], told: Any
) -> None:
    server = await new_server()
    server.members.arrived("den", ADA)
    await hear(told)
    await server.worker.redis.flushdb()
    while await who("den") != {ADA}:  # noqa: ASYNC110  (nothing tells when)
        await asyncio.sleep(0)
    assert told.empty()


async def test_nothing_is_left_when_all_have_left(
    new_server: Callable[[], Awaitable[Server]], told: Any
) -> None:
    server = await new_server()
    users = [UserId(number) for number in range(1, 1201)]
    for user in users:
        server.members.arrived("den", user)
    for _ in users:
        await hear(told)
    for user in users:
        server.members.left("den", user)
    for _ in users:
        await hear(told)
    assert await server.worker.redis.keys(key("{here}*")) == [key("{here}:workers").encode()]
