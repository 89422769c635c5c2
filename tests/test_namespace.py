"""Servers with different databases may share one Redis without affecting each other."""

import asyncio
import contextlib
import shlex
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
import redis
from redis import asyncio as aioredis
from redis.connection import parse_url
from websockets.asyncio.client import connect

from core.embedded import valkey
from gameplatform import environment
from gameplatform.testing import services
from gameplatform.testing.processes import ServerProcess, manage
from tests.clients import NetworkPlayer
from tests.tour import befriend, play, talk, travel

FEATURES = {
    "__group__",
    "at_game",
    "door",
    "figures",
    "heartbeats",
    "here",
    "limit",
    "online",
    "readiness",
    "relay",
    "start",
    "stream",
    "ticket",
    "voice",
    "worker",
}


class Overheard:
    """The commands executed by a Redis server, including those of scripts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._number = str(parse_url(url).get("db", 0))
        self._lines: list[Any] = []
        self._connection: Any = redis.from_url(url).connection_pool.get_connection()

    def __enter__(self) -> Self:
        self._connection.send_command("MONITOR")
        self._connection.read_response()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._connection._sock.shutdown(2)
        self._thread.join()

    def _listen(self) -> None:
        with contextlib.suppress(redis.ConnectionError, OSError):
            while True:
                self._lines.append(self._connection.read_response().decode())

    def commands(self) -> Iterator[list[str]]:
        for line in list(self._lines):
            source, _, command = line.partition("] ")
            if source.partition("[")[2].startswith(f"{self._number} "):
                yield shlex.split(command)

    def names(self) -> set[Any]:
        """Return all keys and channels in these commands."""
        names = set()
        with redis.from_url(self._url, decode_responses=True) as client:
            keys_of = client.pipeline(transaction=False)
            for command in self.commands():
                match [command[0].upper(), *command[1:]]:
                    case ["PUBLISH", channel, _]:
                        names.add(channel)
                    case ["SUBSCRIBE" | "UNSUBSCRIBE" | "PSUBSCRIBE", *channels]:
                        names.update(channels)
                    case ["PUBSUB", _, *channels]:
                        names.update(channels)
                    case _:
                        keys_of.execute_command("COMMAND GETKEYS", *command)
            for keys in keys_of.execute(raise_on_error=False):
                if not isinstance(keys, redis.ResponseError):  # the command has no keys
                    names.update(keys)
            names.update(client.scan_iter())
        return names


@pytest.fixture
def redis_url() -> str:
    url = services.another_redis_url()
    valkey.ensure_running(url)
    return url


async def test_all_keys_and_channels_begin_with_the_prefix(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]], redis_url: str
) -> None:
    with (
        Overheard(redis_url) as overheard,
        live_server_process(REDIS_URL=redis_url, REDIS_PREFIX="ours") as one,
        live_server_process(**one.environment) as two,
    ):
        manage(one.environment, "seed_demo")
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        await befriend(ada, bob)
        await play(ada, bob)
        await talk(ada, bob)
        await travel(ada, bob)
        ticket = ada.post("/api/auth/ticket/")["ticket"]
        async with connect(f"{one.ws_url}/ws/notifications/?ticket={ticket}") as socket:
            await socket.recv()
        async with aioredis.from_url(redis_url) as client:
            while not await client.exists("ours:heartbeats"):  # noqa: ASYNC110  (nothing tells)
                await asyncio.sleep(0.1)
        await asyncio.to_thread(one.stop)

        names = overheard.names()
        assert [name for name in names if not name.startswith("ours:")] == []
        features = {
            name.removeprefix("ours:").partition(":")[0].partition(".")[0].strip("{}") for name in names
        }
        assert {name if not name.startswith("__group__") else "__group__" for name in features} == FEATURES


async def test_two_servers_with_one_redis_hear_nothing_of_each_other(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]], redis_url: str
) -> None:
    with live_server_process(REDIS_URL=redis_url) as one, live_server_process(REDIS_URL=redis_url) as two:
        here = [NetworkPlayer(one.base_url, name) for name in ("ada", "bob")]
        there = [NetworkPlayer(two.base_url, name) for name in ("anna", "bert")]
        assert [player.id for player in here] == [player.id for player in there]
        ada, bob = here
        anna, bert = there
        for player in (ada, bob, bert):
            await player.enter("/ws/notifications/")
            await player.hear("badge")

        request = ada.post("/api/friends/requests", {"user_id": bob.id})
        assert (await bob.hear("friend_request"))["request"]["from_user"]["username"] == "ada"
        bob.post(f"/api/friends/requests/{request['id']}/accept")
        request = anna.post("/api/friends/requests", {"user_id": bert.id})
        assert (await bert.hear("friend_request"))["request"]["from_user"]["username"] == "anna"
        bert.post(f"/api/friends/requests/{request['id']}/accept")

        for player, is_online in ((bob, True), (bert, False)):
            (friend,) = player.get("/api/friends")["results"]
            assert friend["online"] is is_online


URLS = (
    "sqlite:///one.sqlite3",
    "sqlite:///two.sqlite3",
    "postgres://ada:secret@db.example/game",
    "postgres://ada:secret@db.example/other",
    "postgres://ada:secret@db.example:5433/game",
    "postgres://ada:secret@elsewhere.example/game",
    "postgres:///game",
    "postgres:///game?host=/run/other",
)


@pytest.fixture
def prefix(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """``prefix(DATABASE_URL)``: the Redis prefix of a server with this database."""

    def prefix(url: str, given: str = "") -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("REDIS_PREFIX", given)
        return environment.redis_prefix("REDIS_PREFIX", environment.database("DATABASE_URL", ""))

    return prefix


def test_each_database_has_a_prefix_of_its_own(prefix: Callable[..., str]) -> None:
    assert len({prefix(url) for url in URLS}) == len(URLS)


def test_a_database_has_one_prefix_however_it_is_written(
    prefix: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_full = prefix(f"sqlite:///{tmp_path}/one.sqlite3")
    monkeypatch.chdir(tmp_path)
    assert prefix("sqlite:///one.sqlite3") == in_full
    assert prefix("postgres://bob:other@db.example:5432/game") == prefix(
        "postgres://ada:word@db.example/game"
    )


def test_a_given_prefix_is_taken(prefix: Callable[..., str]) -> None:
    assert prefix(URLS[0], "staging") == prefix(URLS[1], "staging") == "staging:"


@pytest.mark.parametrize("given", ["two words", "a:b", "'", "*", "x" * 33])
def test_a_prefix_of_other_characters_is_refused(prefix: Callable[..., str], given: str) -> None:
    with pytest.raises(Exception, match="REDIS_PREFIX must be 1 to 32 letters"):
        prefix(URLS[0], given)
