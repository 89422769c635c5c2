"""Redis in other forms than one server: apart by role, watched by Sentinels, and a cluster."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from websockets.exceptions import ConnectionClosedError

from core.redis_urls import channels_host, cluster, sentinels
from gameplatform.testing.processes import ServerProcess
from tests import redis_forms, tour
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game

CHECKS = {"start", "readiness"}
NewServer = Callable[..., contextlib.AbstractContextManager[ServerProcess]]


async def play(ada: NetworkPlayer, bob: NetworkPlayer) -> None:
    """Have each move once, and see the other's move."""
    for player, cell in ((ada, 0), (bob, 8)):
        await player.send(type="player_move", movement={"cell": cell})
        for seen_by in (ada, bob):
            assert (await seen_by.hear("player_move"))["user_id"] == player.id


@contextlib.contextmanager
def two_servers(new_server: NewServer, **settings: Any) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """Start two servers on one database."""
    with new_server(**settings) as one, new_server(**one.environment) as two:
        yield one, two


def is_well(base_url: str) -> bool:
    return httpx.get(f"{base_url}/health/ready?strict=1", timeout=WITHIN_S).status_code == 200


def names(server: redis_forms.Server) -> set[str]:
    with redis.Redis(port=server.port, decode_responses=True) as client:
        found: Any = client.keys("*")
        return {key.partition(":")[2].partition(":")[0] for key in found} - CHECKS


async def test_each_role_may_have_a_redis_of_its_own(live_server_process: NewServer, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        main, relay, streams, presence = (stack.enter_context(redis_forms.server(tmp_path)) for _ in range(4))
        urls = {
            "REDIS_URL": main.url,
            "REDIS_RELAY_URL": relay.url,
            "REDIS_STREAMS_URL": streams.url,
            "REDIS_PRESENCE_URL": presence.url,
        }
        one, two = stack.enter_context(two_servers(live_server_process, **urls))
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        watching = NetworkPlayer(two.base_url, "cyd")
        asked = ada.post("/api/friends/requests/", {"user_id": bob.id})
        await bob.enter("/ws/notifications/")
        bob.post(f"/api/friends/requests/{asked['id']}/accept/")
        # A numbered event of one worker reaches the other's socket.
        await watching.enter("/ws/notifications/")
        watching.post("/api/friends/requests/", {"user_id": bob.id}, base_url=one.base_url)
        assert (await bob.hear("friend_request"))["type"] == "friend_request"
        await bob.leave()
        bob.seq = None
        path = new_game(ada, bob)
        await begin(path, ada, bob)
        await play(ada, bob)
        assert ada.get("/api/games/now/")["online"] == 3
        assert names(relay) == {"{relay}"}
        assert names(streams) == {"stream"}
        assert names(presence) == {"{online}", "{here}"}
        assert not names(main) & (names(relay) | names(streams) | names(presence))


async def test_play_goes_on_when_sentinels_replace_the_redis(
    live_server_process: NewServer, tmp_path: Path
) -> None:
    with (
        redis_forms.watched(tmp_path) as redis,
        two_servers(live_server_process, REDIS_URL=redis.url) as (one, two),
    ):
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        path = new_game(ada, bob)
        await begin(path, ada, bob)
        await play(ada, bob)
        redis.primary.process.kill()
        for server in (one, two):
            redis_forms.until(lambda url=server.base_url: is_well(url))
        await play_anew(ada, bob)


async def test_all_that_crosses_between_workers_goes_through_a_cluster(
    live_server_process: NewServer, tmp_path: Path
) -> None:
    with (
        redis_forms.cluster(tmp_path) as nodes,
        two_servers(live_server_process, demo=True, REDIS_URL=nodes.url) as (one, two),
    ):
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        await tour.befriend(ada, bob)
        await tour.play(ada, bob)
        await tour.talk(ada, bob)
        await tour.travel(ada, bob)
        assert ada.get("/api/games/now/")["online"] == 2
        # Keys that a script uses together are on one node.
        for tag in ("{relay}", "{online}", "{figures}"):
            redis_forms.until(lambda tag=tag: sum(tag in names(node) for node in nodes.primaries) == 1)
        assert all("stream" in names(node) for node in nodes.primaries)
        for server in (one, two):
            assert is_well(server.base_url)
            # A call with keys of several nodes would fail in the background, and only be logged.
            assert re.search("slot|dispatch", server.log()) is None


async def test_play_goes_on_when_a_node_of_a_cluster_dies(
    live_server_process: NewServer, tmp_path: Path
) -> None:
    with (
        redis_forms.cluster(tmp_path, replicas=True) as nodes,
        two_servers(live_server_process, REDIS_URL=nodes.url) as (one, two),
    ):
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        asked = ada.post("/api/friends/requests/", {"user_id": bob.id})
        bob.post(f"/api/friends/requests/{asked['id']}/accept/")
        path = new_game(ada, bob)
        await begin(path, ada, bob)
        await play(ada, bob)
        (leases,) = (node for node in nodes.primaries if "{relay}" in names(node))
        leases.process.kill()
        redis_forms.until(lambda: any(redis_forms.is_primary(replica) for replica in nodes.replicas))
        for server in (one, two):
            redis_forms.until(lambda url=server.base_url: is_well(url))
        await play_anew(ada, bob)
        for player, other in ((ada, bob), (bob, ada)):
            await player.leave()
            player.seq = None
            await player.enter(f"/ws/chat/{other.id}/")
        await ada.send(type="chat_message", message="hello")
        assert (await bob.hear("chat_message"))["message"]["content"] == "hello"


async def play_anew(ada: NetworkPlayer, bob: NetworkPlayer) -> None:
    """Play another game; once more if its room moves, as long as the workers do not know each other again."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            for player in (ada, bob):
                await player.leave()
                player.seq = None
            try:
                await begin(new_game(ada, bob), ada, bob)
                await play(ada, bob)
                return
            except ConnectionClosedError as closed:
                if closed.rcvd is None or closed.rcvd.code != 1012:
                    raise


def test_an_address_of_sentinels_names_them_and_the_service() -> None:
    url = "rediss+sentinel://joe:p%40ss@one:26380,two/main?db=3&sentinel_password=secret"
    found = sentinels(url)
    assert found is not None
    assert found.addresses == [("one", 26380), ("two", 26379)]
    assert found.service == "main"
    assert found.login == {"password": "secret"}
    assert found.options == {"db": 3, "username": "joe", "password": "p@ss", "ssl": True}
    assert channels_host(url)["master_name"] == "main"
    assert sentinels("redis://localhost:6379/0") is None
    with pytest.raises(ValueError, match="service"):
        sentinels("redis+sentinel://one:26379")


def test_an_address_of_a_cluster_names_some_nodes() -> None:
    found = cluster("rediss+cluster://joe:p%40ss@one:7000,two")
    assert found is not None
    assert found.addresses == [("one", 7000), ("two", 6379)]
    assert found.options == {"username": "joe", "password": "p@ss", "ssl": True}
    assert cluster("redis://localhost:6379/0") is None
    with pytest.raises(ValueError, match="databases"):
        cluster("redis+cluster://one:7000/1")
