"""Online status, with several workers on one real Redis."""

import asyncio
import contextlib
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import connect as open_socket

from core.ids import UserId
from core.namespace import key
from gameplatform.testing.processes import ServerProcess
from realtime.connections.connection import Connection
from realtime.membership import leased_set, presence
from realtime.wire.identity import Identity
from realtime.worker import Worker

ADA, BOB, CYD = UserId(1), UserId(2), UserId(100)
WITHIN_S = 30


class Server:
    """A worker that only runs presence."""

    def __init__(self) -> None:
        self.worker = Worker()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> "Server":
        await self.worker.relay.start()
        self.run()
        return self

    def run(self) -> None:
        here = self.worker.presence
        self._tasks = [asyncio.create_task(here.keep()), asyncio.create_task(here.announce())]

    async def stand_still(self) -> None:
        """Cancel everything, as after kill -9 or in a stopped process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def die(self) -> None:
        """Stop, with an old last heartbeat, however quick this machine is."""
        await self.stand_still()
        await self.worker.redis.zadd(key("{online}:workers"), {self.worker.id: 0})

    async def stop(self) -> None:
        await self.stand_still()
        await self.worker.presence.stop()

    def connect(self, user: int) -> Connection:
        async def send(message: object) -> None: ...

        connection = Connection(send, None, 0.0)
        self.worker.sockets.add(connection)
        identity = Identity(UserId(user), f"user{user}", False, False, user, time.time() + 3600)
        self.worker.sockets.identify(connection, identity)
        return connection

    def disconnect(self, connection: Connection) -> None:
        self.worker.sockets.remove(connection)

    async def close(self) -> None:
        await self.stand_still()
        await self.worker.relay.stop()
        await self.worker.redis.aclose()


@pytest.fixture
async def new_server() -> AsyncIterator[Callable[[], Awaitable[Server]]]:
    async with contextlib.AsyncExitStack() as stack:

        async def new_server() -> Server:
            server = await Server().start()
            stack.push_async_callback(server.close)
            return server

        yield new_server


@pytest.fixture(autouse=True)
def here() -> None:
    """No other worker than those that a test starts."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the intervals, and never take a worker on a slow machine for dead."""
    monkeypatch.setattr(presence, "LINGER_S", 0.2)
    monkeypatch.setattr(leased_set, "BEAT_EVERY_S", 0.1)
    monkeypatch.setattr(leased_set, "DEAD_AFTER_S", 60.0)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[tuple[int, bool]]:
    """The changes announced by any worker."""
    changes: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()

    async def hear(user_id: UserId, is_online: bool) -> None:
        changes.put_nowait((user_id, is_online))

    monkeypatch.setattr(presence, "_on_change", [hear])
    return changes


async def hear(told: asyncio.Queue[tuple[int, bool]]) -> tuple[int, bool]:
    return await asyncio.wait_for(told.get(), WITHIN_S)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await asyncio.to_thread(is_so):  # noqa: ASYNC110  (nothing tells when)
            await asyncio.sleep(0.02)


async def test_a_user_is_online_from_the_first_socket_to_the_last(
    new_server: Callable[[], Awaitable[Server]], told: asyncio.Queue[tuple[int, bool]]
) -> None:
    server = await new_server()
    phone, laptop = server.connect(ADA), server.connect(ADA)
    assert await hear(told) == (ADA, True)
    assert await asyncio.to_thread(presence.online_sync, [ADA, BOB]) == {ADA}

    server.disconnect(phone)
    bob = server.connect(BOB)
    assert await hear(told) == (BOB, True)
    server.disconnect(bob)
    assert await hear(told) == (BOB, False)
    assert presence.online_sync([ADA, BOB]) == {ADA}

    server.disconnect(laptop)
    assert await hear(told) == (ADA, False)
    assert presence.online_sync([ADA, BOB]) == set()


async def test_a_user_on_two_workers_is_told_once_each_way(
    new_server: Callable[[], Awaitable[Server]], told: asyncio.Queue[tuple[int, bool]]
) -> None:
    one, two = await new_server(), await new_server()
    here = one.connect(ADA)
    assert await hear(told) == (ADA, True)
    there, bob = two.connect(ADA), two.connect(BOB)
    assert await hear(told) == (BOB, True)

    one.disconnect(here)
    other = one.connect(3)
    assert await hear(told) == (3, True)
    one.disconnect(other)
    assert await hear(told) == (3, False)  # by then Ada's absence from this worker has been processed, too
    assert presence.online_sync([ADA]) == {ADA}

    two.disconnect(there)
    assert await hear(told) == (ADA, False)
    two.disconnect(bob)
    assert await hear(told) == (BOB, False)
    assert told.empty()


async def test_a_page_that_is_loaded_again_does_not_flicker(
    new_server: Callable[[], Awaitable[Server]],
    told: asyncio.Queue[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "LINGER_S", WITHIN_S)
    server = await new_server()
    page = server.connect(ADA)
    assert await hear(told) == (ADA, True)
    for other in (10, 11, 12):
        server.disconnect(page)
        server.connect(other)
        assert await hear(told) == (other, True)
        page = server.connect(ADA)
    server.connect(BOB)
    assert await hear(told) == (BOB, True)
    assert told.empty()
    assert presence.online_sync([ADA]) == {ADA}


async def test_the_users_of_a_dead_worker_are_told_offline_by_one_of_the_others(
    new_server: Callable[[], Awaitable[Server]], told: asyncio.Queue[tuple[int, bool]]
) -> None:
    dying, *others = [await new_server() for _ in range(4)]
    for user in map(UserId, range(1, 41)):
        dying.connect(user)
    assert {await hear(told) for _ in range(40)} == {(user, True) for user in map(UserId, range(1, 41))}
    others[0].connect(ADA)
    others[0].connect(CYD)
    assert await hear(told) == (CYD, True)  # by then Ada is there, too
    await dying.die()

    assert {await hear(told) for _ in range(39)} == {(user, False) for user in range(2, 41)}
    assert presence.online_sync(map(UserId, range(1, 41))) == {ADA}
    assert told.empty()
    assert sorted(await others[0].worker.redis.keys(key("{online}:[0-9]*"))) == [
        key("{online}:1").encode(),
        key("{online}:100").encode(),
    ]


async def test_a_worker_taken_for_dead_brings_its_users_back(
    new_server: Callable[[], Awaitable[Server]], told: asyncio.Queue[tuple[int, bool]]
) -> None:
    slow, other = await new_server(), await new_server()
    slow.connect(ADA)
    assert await hear(told) == (ADA, True)
    await slow.die()
    assert await hear(told) == (ADA, False)
    other.connect(BOB)
    assert await hear(told) == (BOB, True)
    slow.run()
    assert await hear(told) == (ADA, True)
    assert presence.online_sync([ADA]) == {ADA}


async def test_a_worker_that_stops_in_good_order_leaves_its_users_time_to_come_back(
    new_server: Callable[[], Awaitable[Server]],
    told: asyncio.Queue[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "LINGER_S", 2.0)
    stopping, other = await new_server(), await new_server()
    stopping.connect(ADA)
    stopping.connect(BOB)
    assert {await hear(told) for _ in range(2)} == {(ADA, True), (BOB, True)}
    await stopping.stop()
    other.connect(ADA)
    assert await hear(told) == (BOB, False)
    assert presence.online_sync([ADA, BOB]) == {ADA}
    assert told.empty()


async def test_an_emptied_redis_is_filled_again_and_nothing_is_told(
    new_server: Callable[[], Awaitable[Server]], told: asyncio.Queue[tuple[int, bool]]
) -> None:
    one, two = await new_server(), await new_server()
    one.connect(ADA)
    two.connect(BOB)
    assert {await hear(told) for _ in range(2)} == {(ADA, True), (BOB, True)}
    await one.worker.redis.flushdb()
    await until(lambda: presence.online_sync([ADA, BOB]) == {ADA, BOB})
    assert told.empty()


async def test_who_leaves_one_worker_of_an_emptied_redis_is_not_offline_while_on_another(
    new_server: Callable[[], Awaitable[Server]],
    told: asyncio.Queue[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(leased_set, "BEAT_EVERY_S", WITHIN_S)  # this one will not notice by itself
        one = await new_server()
        here = one.connect(ADA)
        assert await hear(told) == (ADA, True)
    two = await new_server()
    there = two.connect(ADA)
    two.connect(BOB)
    assert await hear(told) == (BOB, True)

    await one.worker.redis.flushdb()
    with monkeypatch.context() as patch:
        patch.setattr(one.worker.presence._members, "_linger_s", 0.0)
        one.disconnect(here)
    other = one.connect(3)  # wakes it
    assert await hear(told) == (3, True)
    one.disconnect(other)
    assert await hear(told) == (3, False)
    assert presence.online_sync([ADA, BOB]) == {ADA, BOB}
    two.disconnect(there)
    assert await hear(told) == (ADA, False)


async def test_nothing_is_left_when_all_have_left(
    new_server: Callable[[], Awaitable[Server]], told: asyncio.Queue[tuple[int, bool]]
) -> None:
    server = await new_server()
    sockets = [server.connect(user) for user in range(1, 2501)]
    for _ in sockets:
        await hear(told)
    for socket in sockets:
        server.disconnect(socket)
    for _ in sockets:
        await hear(told)
    assert await server.worker.redis.keys(key("{online}:*")) == [key("{online}:workers").encode()]


async def test_a_change_reaches_all_who_want_to_know_though_one_fails(
    new_server: Callable[[], Awaitable[Server]],
    told: asyncio.Queue[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(user_id: UserId, is_online: bool) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(presence, "_on_change", [fail, *presence._on_change])
    server = await new_server()
    server.connect(ADA)
    assert await hear(told) == (ADA, True)


def is_connected(pid: int, port: int) -> bool:
    """Return whether this process serves the client at this port."""
    return any(end.raddr and end.raddr.port == port for end in psutil.Process(pid).net_connections("tcp"))


def call(base_url: str, path: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(base_url + path, data, headers), timeout=WITHIN_S
    ) as response:
        return json.load(response)


async def test_public_profiles_show_who_is_online_until_the_worker_is_killed(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(workers=2) as server:
        ada = await asyncio.to_thread(call, server.base_url, "/api/auth/guest", {})

        def online() -> bool:
            path = f"/api/users/{ada['user']['id']}/"
            return bool(call(server.base_url, path, token=ada["access"])["online"])

        def offline() -> bool:
            return not online()

        def enter() -> open_socket:
            return open_socket(f"{server.ws_url}/ws/notifications/?token={ada['access']}", proxy=None)

        assert not await asyncio.to_thread(online)
        async with enter():
            await until(online)
        await until(offline)

        async with enter() as socket:
            await until(online)
            port = socket.local_address[1]
            holder = next(pid for pid in server.pids if is_connected(pid, port))
            await asyncio.to_thread(server.kill, holder)
            await until(offline)
