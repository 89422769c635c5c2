"""Friends on different servers: each sees how the other stands, also when a server is killed."""

import asyncio
import json

from tests.clients import NetworkPlayer


async def hear_of(player, friend, **expected):
    """What is told of a friend, until it is this: the promise is 45 seconds, after a killed server too."""
    wanted = {"type": "presence", "user_id": friend.id, **expected}
    async with asyncio.timeout(45):
        while not wanted.items() <= json.loads(await player.socket.recv()).items():
            pass


async def test_friends_on_two_servers_see_each_other_come_change_and_die(live_server_process):
    with live_server_process() as one, live_server_process(**one.environment) as two:
        ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
        await ada.enter("/ws/friends/status/")
        assert (await ada.hear())["friends"] == []
        request = ada.post("/api/friends/requests/", {"username": "bob"})
        bob.post(f"/api/friends/requests/{request['id']}/accept/")
        assert (await ada.hear("friend_accepted"))["friend"]["username"] == "bob"

        await bob.enter("/ws/friends/status/")
        await hear_of(ada, bob, online=True, status="online")
        assert [friend["username"] for friend in (await bob.hear("presence_state"))["friends"]] == ["ada"]
        await bob.send(type="set_status", status="away")
        await hear_of(ada, bob, status="away")
        await ada.send(type="set_status", status="busy")
        await hear_of(bob, ada, status="busy")

        two.kill(two.pids[0])

        await hear_of(ada, bob, online=False, status="offline")
