"""Anonymous requests run in threads of their own, so that players do not wait for them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import httpx
import pytest

from accounts import hashers, signing_in
from core import lanes
from core.database import in_database
from core.lanes import Lane
from gameplatform import doors
from gameplatform.asgi import application
from gameplatform.testing.people import *  # noqa: F403
from gameplatform.testing.people import Person
from realtime.testing import WITHIN_S, Player
from realtime.worker import Worker

WRONG = {"username": "nobody", "password": "wrong"}


@pytest.fixture
async def http() -> AsyncIterator[Any]:
    """A client of the whole application, in process."""
    transport = httpx.ASGITransport(application, client=("198.51.100.7", 4))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", timeout=WITHIN_S
    ) as client:
        yield client


async def until(is_so: Any) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # noqa: ASYNC110 (threads tell nobody)
            await asyncio.sleep(0.001)


def filled(lane: Any, count: int) -> threading.Event:
    """Fill the lane with calls that block; return what releases them."""
    leave = threading.Event()
    for _ in range(count):
        lane.submit(leave.wait)
    return leave


@pytest.fixture
async def hashing(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """A password lane whose two threads are busy, with one free place in its queue."""
    lane: Any = Lane("hashing", threads=2, max_waiting=1, busy=hashers.TooManySignIns)
    monkeypatch.setattr(hashers, "LANE", lane)
    lane.leave = filled(lane, 2)
    yield lane
    lane.leave.set()


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> Lane:
    """A lane for strangers with two threads and one place to wait in."""
    lane = Lane("strangers", threads=2, max_waiting=1)
    monkeypatch.setattr(lanes, "STRANGERS", lane)
    return lane


@pytest.fixture
def nobody() -> Callable[[], Awaitable[Player]]:
    """A socket that is not authenticated yet."""
    return lambda: Player(application, "/ws").enter()


@pytest.mark.parametrize("operation", sorted(doors.HASHING))
async def test_beyond_its_queue_a_call_that_hashes_is_refused_before_it_takes_a_thread(
    http: Any, hashing: Any, ada: Person, operation: Any
) -> None:
    method, path = operation.split()
    filled(hashing, 1)

    for address in (path, f"{path}/"):
        answer = await http.request(
            method, address, json=WRONG, headers={"Authorization": f"Bearer {ada.token}"}
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "too_many_sign_ins")
        assert int(answer.headers["Retry-After"]) >= 1


async def test_beyond_the_same_queue_a_password_on_a_socket_is_refused(
    hashing: Any, nobody: Callable[[], Awaitable[Player]]
) -> None:
    filled(hashing, 1)
    stranger = await nobody()

    await stranger.send(type="auth_request", **WRONG, id=1)

    assert (await stranger.hear("error"))["code"] == "too_many_sign_ins"


async def test_a_token_on_a_socket_is_refused_beyond_the_queue_of_strangers(
    strangers: Lane, nobody: Callable[[], Awaitable[Player]], ada: Person
) -> None:
    leave = filled(strangers, 3)
    stranger = await nobody()

    await stranger.send(type="auth_request", token=ada.token, id=1)
    refusal = await stranger.hear("error")
    assert (refusal["code"], refusal["ref"], refusal["retry_after"]) == ("unavailable", 1, 1)

    leave.set()
    await until(lambda: not strangers.is_full)
    await stranger.send(type="auth_request", token=ada.token, id=2)
    assert (await stranger.hear("auth_response"))["ref"] == 2
    await stranger.hear("world_state")
    await stranger.leave()


async def test_while_passwords_are_waited_for_players_and_other_strangers_are_answered(
    http: Any, hashing: Any, ada: Person
) -> None:
    waiting = asyncio.create_task(http.post("/api/auth/login", json=WRONG))
    await until(lambda: hashing.waiting == 1)

    profile = await http.get("/api/me/sessions", headers={"Authorization": f"Bearer {ada.token}"})
    status = await http.get("/api/status")
    assert await in_database(lambda: "still there") == "still there"

    assert (profile.status_code, status.status_code) == (200, 200)
    assert not waiting.done()
    hashing.leave.set()
    assert (await waiting).status_code == 401


async def test_a_password_whose_socket_has_left_is_not_checked(
    hashing: Any, nobody: Callable[[], Awaitable[Player]], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    monkeypatch.setattr(signing_in, "sign_in", lambda *asked, **more: checked.append(asked))
    stranger = await nobody()
    await stranger.send(type="auth_request", **WRONG)
    await until(lambda: hashing.waiting == 1)

    await stranger.leave()

    assert hashing.waiting == 0
    hashing.leave.set()
    await asyncio.wrap_future(hashing.submit(lambda: None))
    assert not checked


async def test_strangers_who_fill_their_queue_keep_no_player_waiting(
    http: Any, ada: Person, strangers: Lane
) -> None:
    leave = filled(strangers, 3)
    try:
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {ada.token}x"}):
            refused = await http.get("/api/me/sessions", headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        answer = await http.get("/api/me/sessions", headers={"Authorization": f"Bearer {ada.token}"})
        assert answer.status_code == 200
    finally:
        leave.set()


def test_a_call_given_up_while_it_waits_is_dropped_however_many_come_and_go() -> None:
    lane = Lane("few", threads=1, max_waiting=2)
    leave = filled(lane, 1)
    ran: list[int] = []

    for number in range(1000):
        lane.submit(partial(ran.append, number)).cancel()
    last = [lane.submit(partial(ran.append, number)) for number in (-1, -2)]
    # The pool's own queue does not grow with them.
    assert lane.pool._work_queue.qsize() <= 3
    leave.set()
    for one in last:
        one.result(WITHIN_S)

    assert ran == [-1, -2]
    assert (lane.waiting, lane.is_full) == (0, False)


def test_what_a_call_raises_is_raised_where_it_is_waited_for_and_gives_the_place_back() -> None:
    lane = Lane("one", threads=1, max_waiting=0)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            lane.submit(lambda: 1 / 0).result(WITHIN_S)

    assert lane.submit(lambda: "well").result(WITHIN_S) == "well"


async def test_who_has_too_many_sockets_cannot_sign_in_on_another(
    here: Worker, ada: Person, nobody: Callable[[], Awaitable[Player]]
) -> None:
    opened = [await Player(application, "/ws/notifications/", token=ada.token).enter() for _ in range(20)]
    stranger = await nobody()

    await stranger.send(type="auth_request", token=ada.token)

    assert (await stranger.hear("error"))["code"] == "too_many_sockets"
    assert await stranger.closed() == 4429
    for socket in opened:
        await socket.leave()
