"""The shipped nginx configuration, in front of two real workers."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import redis.asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from deploy import proxy
from deploy.proxy import Proxy
from gameplatform.testing.processes import ServerProcess, manage
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game

NO_NGINX = "There is no nginx for the test of its configuration: install one (apt-get install nginx-light)."


@pytest.fixture
def workers(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """Two servers of one worker each, on the same database and Redis."""
    with live_server_process() as one, live_server_process(**one.environment) as two:
        yield one, two


@pytest.fixture
def nginx(workers: tuple[ServerProcess, ServerProcess], tmp_path: Path) -> Iterator[Proxy]:
    if proxy.executable() is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(NO_NGINX)
        pytest.skip(NO_NGINX)
    with proxy.Proxy(tmp_path, *(worker.base_url for worker in workers)) as running:
        yield running


async def upstreams(nginx: Proxy, path: str) -> set[Any]:
    """Return the workers that served this path, according to the access log."""
    async with asyncio.timeout(WITHIN_S):
        while not (found := _logged(nginx, path)):  # noqa: ASYNC110  (nothing tells when)
            await asyncio.sleep(0.02)
    return set(found)


def _logged(nginx: Proxy, path: str) -> list[Any]:
    return re.findall(rf'"\w+ {re.escape(path)}" .* (\S+)$', nginx.access_log.read_text(), re.MULTILINE)


async def test_a_game_stays_on_one_worker_and_outlives_its_restart(
    nginx: Proxy, workers: tuple[ServerProcess, ServerProcess]
) -> None:
    ada, bob = NetworkPlayer(nginx.base_url, "ada"), NetworkPlayer(nginx.base_url, "bob")
    path = new_game(ada, bob)
    await begin(path, ada, bob)
    (mover, other) = (ada, bob) if (await turn(ada)) == ada.id else (bob, ada)
    await mover.send(type="player_move", movement={"cell": 4})
    await other.hear("player_move")

    (owner,) = await upstreams(nginx, path)
    restarted = next(worker for worker in workers if urlsplit(worker.base_url).netloc == owner)
    restarted.stop()
    await asyncio.gather(mover.come_back(nginx.base_url), other.come_back(nginx.base_url))
    await other.send(type="player_move", movement={"cell": 0})
    while (heard := await mover.hear("player_move"))["user_id"] != other.id:
        pass
    assert heard["view"]["board"][1][1] is not None
    assert heard["view"]["board"][0][0] is not None
    restarted.start()
    await mover.leave()
    await other.leave()


async def test_a_worker_that_drains_hands_its_game_over_and_takes_no_sockets_until_it_resumes(
    nginx: Proxy, workers: tuple[ServerProcess, ServerProcess]
) -> None:
    ada, bob = NetworkPlayer(nginx.base_url, "ada"), NetworkPlayer(nginx.base_url, "bob")
    path = new_game(ada, bob)
    await begin(path, ada, bob)
    (mover, other) = (ada, bob) if (await turn(ada)) == ada.id else (bob, ada)
    await mover.send(type="player_move", movement={"cell": 4})
    await other.hear("player_move")
    (owner,) = await upstreams(nginx, path)
    drained = next(worker for worker in workers if urlsplit(worker.base_url).netloc == owner)
    await both_are_known(drained)

    name = f"{socket.gethostname()}:{drained.pids[0]}"
    await asyncio.to_thread(manage, drained.environment, "workers", "drain", name)
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await other.hear()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1012, "room_moved")
    async with httpx.AsyncClient(base_url=drained.base_url) as client:
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]["worker"]) == (503, "the worker is draining")
        assert (await client.get("/health/live")).status_code == 200

    await asyncio.gather(mover.come_back(nginx.base_url), other.come_back(nginx.base_url))
    await other.send(type="player_move", movement={"cell": 0})
    while (heard := await mover.hear("player_move"))["user_id"] != other.id:
        pass
    assert heard["view"]["board"][1][1] is not None
    assert heard["view"]["board"][0][0] is not None
    await ada.enter(path, base_url=drained.base_url)
    with pytest.raises(ConnectionClosed, match="draining"):
        await ada.hear()

    await asyncio.to_thread(manage, drained.environment, "workers", "resume", name)
    async with asyncio.timeout(WITHIN_S), httpx.AsyncClient(base_url=drained.base_url) as client:
        while (await client.get("/health/live?open=1")).status_code != 200:  # noqa: ASYNC110  (nothing tells)
            await asyncio.sleep(0.1)
    ada.seq = None  # or it would resume, and hear only what it has missed
    await ada.enter(path, base_url=drained.base_url)
    assert (await ada.hear("game_state"))["view"]["board"] == heard["view"]["board"]


async def both_are_known(server: ServerProcess) -> None:
    """Wait for the first heartbeats of two workers."""
    async with asyncio.timeout(WITHIN_S), redis.asyncio.from_url(server.environment["REDIS_URL"]) as client:
        known: list[int] = []
        while sum(known) < 2:
            known = [await client.zcard(name) async for name in client.scan_iter("*heartbeats")]
            await asyncio.sleep(0.1)


async def turn(player: Any) -> Any:
    """Return whose turn it is, from a new snapshot."""
    await player.leave()
    player.seq = None
    await player.enter(player.path)
    return (await player.hear("game_state"))["turn"]


@pytest.mark.parametrize("first", ["get", "post", "socket"])
async def test_a_worker_that_hangs_is_passed_over_whatever_comes_first(
    nginx: Proxy, workers: tuple[ServerProcess, ServerProcess], first: str
) -> None:
    hung, _ = workers
    ada = NetworkPlayer(nginx.base_url, "ada")
    headers = {"Authorization": f"Bearer {ada.token}"}
    hung._process.send_signal(signal.SIGSTOP)
    try:
        # No watchdog kills the hung worker here: a request that reached it would wait for a minute.
        async with (
            asyncio.timeout(WITHIN_S / 2),
            httpx.AsyncClient(base_url=nginx.base_url, headers=headers, timeout=None) as client,
        ):
            for kind in first, "post", "socket", "get":
                for _ in range(6):
                    if kind == "socket":
                        await ada.enter("/ws/notifications/")
                        await ada.hear()
                        await ada.leave()
                    elif kind == "post":
                        assert (await client.post("/api/auth/ticket")).status_code == 200
                    else:
                        assert (await client.get("/api/me")).status_code == 200
    finally:
        hung._process.send_signal(signal.SIGCONT)


async def test_workers_that_are_given_up_all_at_once_get_their_calls_all_the_same(
    nginx: Proxy, workers: tuple[ServerProcess, ServerProcess]
) -> None:
    async with httpx.AsyncClient(base_url=nginx.base_url, timeout=20) as client:
        for worker in workers:
            worker._process.send_signal(signal.SIGSTOP)
        try:
            asked = [client.get("/api/status") for _ in range(8)]
            for answer in await asyncio.gather(*asked, return_exceptions=True):
                if isinstance(answer, httpx.Response):
                    assert answer.status_code in {502, 504}
                else:
                    assert isinstance(answer, httpx.TimeoutException)
        finally:
            for worker in workers:
                worker._process.send_signal(signal.SIGCONT)
        for _ in range(4):
            assert (await client.get("/api/status")).status_code == 200
            assert (await client.post("/api/auth/guest", json={"username": "!"})).status_code == 422
    eve = NetworkPlayer(nginx.base_url, "eve")
    await eve.enter("/ws/notifications/")
    await eve.hear()
    await eve.leave()


async def test_tokens_are_not_logged_claimed_addresses_not_believed_and_figures_not_told(
    nginx: Proxy,
) -> None:
    eve = NetworkPlayer(nginx.base_url, "eve")
    async with connect(
        f"{nginx.base_url.replace('http', 'ws')}/ws/notifications/?token={eve.token}",
        origin=Origin(nginx.base_url),
        additional_headers={"X-Forwarded-For": "8.8.8.8"},
    ) as socket:
        await socket.recv()

    await upstreams(nginx, "/ws/notifications/")
    logged = nginx.access_log.read_text()
    assert eve.token not in logged
    assert "8.8.8.8" not in logged
    refused = await asyncio.to_thread(httpx.get, f"{nginx.base_url}/metrics", timeout=WITHIN_S)
    assert refused.status_code == 404


@pytest.mark.parametrize("cdn", ["127.0.0.0/8", None])
def test_behind_a_cdn_a_player_has_the_address_that_the_cdn_tells_and_else_none_is_believed(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
    tmp_path: Path,
    cdn: str | None,
) -> None:
    if proxy.executable() is None:
        pytest.skip(NO_NGINX)
    if cdn:
        template = (proxy.CONFIGURATION.parent / "real_ip.conf").read_text()
        (tmp_path / "real_ip.conf").write_text(template.replace("10.0.0.0/8", cdn))
    with live_server_process() as server, proxy.Proxy(tmp_path, server.base_url, server.base_url) as nginx:
        headers = {"X-Forwarded-For": "192.0.2.66, 198.51.100.7"}
        made = httpx.post(f"{nginx.base_url}/api/auth/guest", headers=headers, timeout=WITHIN_S)
        bearer = {"Authorization": f"Bearer {made.json()['access']}"}
        sessions = httpx.get(f"{nginx.base_url}/api/me/sessions", headers=bearer, timeout=WITHIN_S)

    assert sessions.json()["results"][0]["ip"] == ("198.51.100.7" if cdn else "127.0.0.1")


async def test_one_address_tries_so_many_passwords_and_no_more(nginx: Proxy) -> None:
    async with httpx.AsyncClient(base_url=nginx.base_url, timeout=WITHIN_S) as eve:
        answers = [await eve.post("/api/auth/login", json={}) for _ in range(110)]
        assert {answer.status_code for answer in answers} == {422}
        refused = await asyncio.gather(*[eve.post("/api/token/", json={}) for _ in range(200)])
        (last,) = [answer for answer in refused if answer.status_code == 429][-1:]
        assert last.json()["code"] == "rate_limited"
        assert last.json()["retry_after"] > 0


async def test_one_address_makes_so_many_accounts_and_no_more(nginx: Proxy) -> None:
    async with httpx.AsyncClient(base_url=nginx.base_url, timeout=WITHIN_S) as eve:
        # Refused because of its host name, but answered.
        asked = [await eve.post("/api/auth/guest", json={"username": "!"}) for _ in range(60)]
        assert {answer.status_code for answer in asked} == {422}
        refused = await asyncio.gather(*[eve.post("/api/auth/register/", json={}) for _ in range(40)])
        (last,) = [answer for answer in refused if answer.status_code == 429][-1:]
        assert last.json()["code"] == "rate_limited"
        assert int(last.headers["Retry-After"]) > 0
        assert (await eve.get("/api/status")).status_code == 200
