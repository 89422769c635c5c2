"""The status of friends across servers, also when a server full of users dies."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from bench.sockets import Load, Socket, all_of, connect
from bench.targets import Platform
from gameplatform.testing.processes import ServerProcess
from tests.clients import NetworkPlayer

SOCKETS = 500
PROMISED_WITHIN_S = 45


async def hear_of(player: Any, friend: Any, **expected: Any) -> None:
    """Receive events about a friend until one matches; within the promised time, also after a crash."""
    wanted = {"type": "presence", "user_id": friend.id, **expected}
    async with asyncio.timeout(PROMISED_WITHIN_S):
        while not wanted.items() <= json.loads(await player.socket.recv()).items():
            pass


def befriend(one: NetworkPlayer, other: NetworkPlayer) -> None:
    request = one.post("/api/friends/requests/", {"user_id": other.id})
    other.post(f"/api/friends/requests/{request['id']}/accept/")


async def crowd(server: Any, count: int) -> None:
    """Open sockets of this many users on a server."""
    load = Load()
    sockets = [Socket(load) for _ in range(count)]
    await connect(zip(await Platform(server.base_url).user_sockets(count), sockets, strict=True))
    await all_of(socket.greeted for socket in sockets)


async def test_friends_on_two_servers_see_each_other_come_change_and_die(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process() as one, live_server_process(**one.environment) as two:
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        await ada.enter("/ws/friends/status/")
        assert (await ada.hear())["friends"] == []
        befriend(ada, bob)
        assert (await ada.hear("friend_accepted"))["friend"]["username"] == "bob"

        await bob.enter("/ws/friends/status/")
        await hear_of(ada, bob, online=True, status="online")
        assert [friend["username"] for friend in (await bob.hear("presence_state"))["friends"]] == ["ada"]
        await bob.send(type="set_status", status="away")
        await hear_of(ada, bob, status="away")
        await ada.send(type="set_status", status="busy")
        await hear_of(bob, ada, status="busy")
        await crowd(two, SOCKETS - 10)
        others = [NetworkPlayer(two.base_url, f"other{number}") for number in range(9)]
        for other in others:
            befriend(ada, other)
            await other.enter("/ws/notifications/")
            await hear_of(ada, other, online=True)

        two.kill(two.pids[0])

        unheard = {friend.id for friend in (bob, *others)}
        async with asyncio.timeout(PROMISED_WITHIN_S):
            while unheard:
                frame = await ada.hear("presence")
                if not frame["online"]:
                    unheard.discard(frame["user_id"])
        assert {friend["online"] for friend in ada.get("/api/friends/")["results"]} == {False}
