"""Rooms over several real server processes: reachable from each, surviving the loss of their owner."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from websockets.exceptions import ConnectionClosed

from gameplatform.testing.processes import ServerProcess
from tests.clients import NetworkPlayer, begin, new_game


@pytest.fixture
def two_servers(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    with live_server_process() as one, live_server_process(**one.environment) as two:
        yield one, two


async def move(mover: Any, *listeners: Any, **movement: Any) -> Any:
    await mover.send(type="player_move", movement=movement)
    frames = [await listener.hear("player_move") for listener in listeners]
    for frame in frames:
        assert (frame["user_id"], frame["movement"]) == (mover.id, movement)
        assert frame["seq"] == frames[0]["seq"]
    return frames[0]


async def test_two_players_on_different_servers_play_one_game(
    two_servers: tuple[ServerProcess, ServerProcess],
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    await begin(new_game(ada, bob), ada, bob)
    for mover, cell in ((ada, 0), (bob, 3), (ada, 1), (bob, 4), (ada, 2)):
        await move(mover, ada, bob, cell=cell)
    for player in (ada, bob):
        assert (await player.hear("game_over"))["winner_ids"] == [ada.id]
        seqs = [frame["seq"] for frame in player.heard if "seq" in frame and frame["type"] != "game_state"]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    await bob.send(type="player_move", movement={"cell": 8}, id="late")
    error = await bob.hear("error")
    assert (error["code"], error["ref"]) == ("game_over", "late")


async def test_an_answer_carries_its_id_also_from_the_other_server(
    two_servers: tuple[ServerProcess, ServerProcess],
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    await begin(new_game(ada, bob), ada, bob)
    for mover, cell in ((ada, 0), (bob, 3)):
        await mover.send(type="player_move", movement={"cell": cell}, id=f"to {cell}")
        for listener in (ada, bob):
            frame = await listener.hear("player_move")
            ref = f"to {cell}" if listener is mover else None
            assert (frame["movement"], frame.get("ref")) == ({"cell": cell}, ref)
    await bob.send(type="chat_message", message="hi", id=2)
    assert (await bob.hear("chat_message"))["ref"] == 2
    assert "ref" not in await ada.hear("chat_message")
    for ref, answer in (("first", "game_action"), ("again", "ack")):
        await bob.send(type="game_action", action="offer_draw", id=ref)
        assert (await bob.hear(answer))["ref"] == ref


BOTH = pytest.mark.parametrize("subprotocol", ["gp.delta", "gp.delta.msgpack"])


@BOTH
async def test_changes_of_a_board_reach_the_other_server(
    two_servers: tuple[ServerProcess, ServerProcess], subprotocol: str
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob", subprotocol=subprotocol)
    await begin(new_game(ada, bob), ada, bob)
    assert bob.socket is not None
    assert bob.socket.subprotocol == subprotocol
    for mover, cell in ((ada, 4), (bob, 0), (ada, 8), (bob, 1)):
        await mover.send(type="player_move", movement={"cell": cell}, id=cell)
        shown, seen = [await one.hear("player_move") for one in (ada, bob)]
        assert seen["view"]["board"] == shown["view"]["board"]
        assert (seen["movement"], seen["seq"]) == (shown["movement"], shown["seq"])
        assert (shown.get("ref"), seen.get("ref")) == ((cell, None) if mover is ada else (None, cell))
        # Each frame but the first holds the change alone.
        assert (bob.changes > 0) == (cell != 4)
    assert not bob.state.is_lost


@BOTH
async def test_changes_of_pong_reach_the_other_server(
    two_servers: tuple[ServerProcess, ServerProcess], subprotocol: str
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob", subprotocol=subprotocol)
    await begin(new_game(ada, bob, "pong"), ada, bob)
    await bob.hear("game_tick")
    start = bob.state.view["paddles"]["right"]
    await bob.send(type="player_move", movement={"direction": 1, "n": 1})
    while (await bob.hear("game_tick"))["view"]["paddles"]["right"] <= start or bob.state.ack != 1:
        pass
    changes = bob.changes
    for _ in range(5):
        await bob.hear("game_tick")
    assert bob.changes >= changes + 5
    # Clients request frames that were lost on the way.
    bob.state.is_lost = True
    await bob.send(type="resync")
    await bob.hear("game_state")
    await bob.hear("game_tick")
    assert not bob.state.is_lost


async def test_real_time_frames_reach_the_other_server(
    two_servers: tuple[ServerProcess, ServerProcess],
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    await begin(new_game(ada, bob, "pong"), ada, bob)
    start = (await ada.hear("game_tick"))["view"]["paddles"]["right"]
    await bob.send(type="player_move", movement={"direction": 1})
    while (await ada.hear("game_tick"))["view"]["paddles"]["right"] <= start:
        pass
    while (await bob.hear("game_tick"))["view"]["paddles"]["right"] <= start:
        pass


@pytest.mark.parametrize("survivor", ["one", "two"])
async def test_a_game_survives_its_killed_owner(
    two_servers: tuple[ServerProcess, ServerProcess], survivor: str
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(one.base_url, "bob")
    if survivor == "two":
        bob.base_url = two.base_url
    await begin(new_game(ada, bob), ada, bob)
    await move(ada, ada, bob, cell=0)
    last = (await move(bob, ada, bob, cell=4))["seq"]
    one.kill(one.pids[0])
    for player in (ada, bob):
        with pytest.raises(ConnectionClosed):
            while True:
                await player.hear()
        player.seq = last
        await player.come_back(two.base_url)
        resumed = player.heard[-1]
        assert (resumed["type"], resumed["recovered"], resumed["since"]) == ("resumed", True, last)
    after = await move(ada, ada, bob, cell=8)
    assert after["view"]["board"] == [["X", None, None], [None, "O", None], [None, None, "X"]]
    assert after["seq"] > last


async def test_a_pong_game_goes_on_from_its_last_snapshot(
    two_servers: tuple[ServerProcess, ServerProcess],
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(one.base_url, "bob")
    await begin(new_game(ada, bob, "pong"), ada, bob)
    while (before := await ada.hear("game_tick"))["tick"] < 150:
        pass
    # A snapshot of this state is saved half a second later, even on a slow machine.
    while (await ada.hear("game_tick"))["tick"] < before["tick"] + 30:
        pass
    one.kill(one.pids[0])
    for player in (ada, bob):
        with pytest.raises(ConnectionClosed):
            while True:
                await player.hear()
        await player.come_back(two.base_url)
    after = await ada.hear("game_tick")
    assert after["tick"] >= before["tick"] - 60
    assert after["view"]["scores"] == before["view"]["scores"]


async def test_redis_may_forget_everything_in_mid_game(
    two_servers: tuple[ServerProcess, ServerProcess],
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    await begin(new_game(ada, bob), ada, bob)
    await move(ada, ada, bob, cell=0)
    with redis.from_url(one.environment["REDIS_URL"]) as client:
        client.flushall()
    await move(bob, ada, bob, cell=4)
    await move(ada, ada, bob, cell=8)


async def test_redis_may_be_killed_in_mid_game(two_servers: tuple[ServerProcess, ServerProcess]) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    near = NetworkPlayer(one.base_url, "cyd")
    await begin(new_game(ada, bob), ada, bob)
    await near.enter(new_game(near, ada, "connect_four"))
    await near.hear("game_state")
    with redis.from_url(one.environment["REDIS_URL"]) as client:
        os.kill(client.info()["process_id"], signal.SIGKILL)
    for mover, cell in ((ada, 0), (bob, 4), (ada, 8)):
        await until_taken(mover, cell)
        other = bob if mover is ada else ada
        while (await other.hear("player_move"))["movement"] != {"cell": cell}:
            pass
    await near.send(type="ping")
    await near.hear("pong")


async def until_taken(mover: Any, cell: int) -> None:
    """Make the move, again if the server cannot reach the room at the moment."""
    while True:
        await mover.send(type="player_move", movement={"cell": cell}, id=cell)
        while (frame := await mover.hear())["type"] not in ("player_move", "error"):
            pass
        if frame["type"] == "player_move" or frame["code"] in ("taken", "not_your_turn"):
            return
        assert frame["code"] == "unavailable", frame
