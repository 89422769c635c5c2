"""A lobby on two real server processes, also when one of them is killed."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from gameplatform.testing.processes import ServerProcess
from tests.clients import NetworkPlayer

GONE_WITHIN_S = 45


async def test_a_lobby_is_one_room_on_two_servers_and_outlives_one_of_them(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(demo=True) as one, live_server_process(**one.environment) as two:
        ada, bob, cyd = (
            NetworkPlayer(server.base_url, name)
            for server, name in ((one, "ada"), (two, "bob"), (two, "cyd"))
        )
        lobby = ada.get("/api/lobbies/?public=1&status=open")["results"][0]["id"]
        for player in (ada, bob, cyd):
            player.post(f"/api/lobbies/{lobby}/join/")
            await player.enter(f"/ws/lobbies/{lobby}/")
            await player.hear("presence_state")
            assert (await ada.hear("presence_join"))["user_id"] == player.id

        await bob.send(type="typing_start")
        assert (await ada.hear("typing_start"))["user_id"] == bob.id
        for sender, message in ((bob, "from two"), (ada, "from one")):
            await sender.send(type="chat_message", message=message)
            heard = [await player.hear("chat_message") for player in (ada, bob, cyd)]
            assert heard[0]["message"]["content"] == message
            assert heard[0] == heard[1] == heard[2]

        two.kill(two.pids[0])
        with pytest.raises(ConnectionClosed):
            while True:
                await bob.hear()
        await ada.send(type="chat_message", message="Who is left?")
        said = await ada.hear("chat_message")
        await bob.come_back(one.base_url)
        resumed = bob.heard[-1]
        assert (resumed["type"], resumed["recovered"]) == ("resumed", True)
        assert await bob.hear("chat_message") == said
        # Bob has reconnected; no leave event follows when the dead server's entry expires.
        gone = []
        async with asyncio.timeout(GONE_WITHIN_S):
            while cyd.id not in gone:
                frame = await ada.hear()
                if frame["type"] == "presence_leave":
                    gone.append(frame["user_id"])
        assert gone == [cyd.id]
        ada.seq = None
        await ada.enter(ada.path)
        members = (await ada.hear("presence_state"))["members"]
        assert {member["user_id"] for member in members if member["online"]} == {ada.id, bob.id}
