"""Two cells on one machine: an account of one plays in the other; friends, messages and blocks cross."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from gameplatform.testing import services
from gameplatform.testing.processes import ServerProcess, manage
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game

Start = Callable[..., contextlib.AbstractContextManager[ServerProcess]]

pytestmark = pytest.mark.skipif(
    os.environ["DATABASE_URL"].startswith("sqlite"),
    reason="Cells allot the numbers of PostgreSQL's sequences",
)


@pytest.fixture
def cells(live_server_process: Start) -> Iterator[tuple[ServerProcess, ServerProcess, ServerProcess]]:
    """A worker of the cell ``a``, and two of ``b``, each cell with a database and a Redis of its own."""
    broker = services.another_redis_url()
    common = {"CELLS": "a,b", "CELLS_REDIS_URL": broker}
    with (
        live_server_process(CELL="a", **common) as a,
        live_server_process(CELL="b", **common) as b,
        live_server_process(**b.environment) as another_of_b,
    ):
        yield a, b, another_of_b


def visiting(player: NetworkPlayer, cell: ServerProcess) -> NetworkPlayer:
    """Return a player who uses the same token in another cell."""
    visitor = object.__new__(NetworkPlayer)
    visitor.__dict__.update(player.__dict__, base_url=cell.base_url, heard=[], socket=None, seq=None)
    return visitor


async def hear_of(listener: NetworkPlayer, user_id: int, *, online: bool) -> None:
    while True:
        frame = await listener.hear("presence")
        if (frame["user_id"], frame["online"]) == (user_id, online):
            return


def call(player: NetworkPlayer, path: str, **body: str) -> int:
    """POST as this player; return the status."""
    headers = {"Authorization": f"Bearer {player.token}"}
    return httpx.post(f"{player.base_url}{path}", json=body, headers=headers, timeout=WITHIN_S).status_code


def write(sender: NetworkPlayer, to: NetworkPlayer, content: str) -> int:
    return call(sender, f"/api/dm/{to.id}/messages", content=content)


def read(reader: NetworkPlayer, other: NetworkPlayer) -> list[str]:
    return [one["content"] for one in reader.get(f"/api/dm/{other.id}/messages")["results"]]


async def hear_messages(listener: NetworkPlayer, *contents: str) -> None:
    for content in contents:
        assert (await listener.hear("chat_message"))["message"]["content"] == content


async def test_an_account_of_one_cell_is_at_home_in_both(
    cells: tuple[ServerProcess, ServerProcess, ServerProcess],
) -> None:
    a, b, another_of_b = cells
    ada, bob = NetworkPlayer(a.base_url, "ada"), NetworkPlayer(another_of_b.base_url, "bob")
    namesake = NetworkPlayer(b.base_url, "ada")
    assert (ada.id % 256, bob.id % 256, namesake.id % 256) == (0, 1, 1)

    # Ada asks Bob in his cell, with the token of hers.
    ada_in_b = visiting(ada, another_of_b)
    asked = ada_in_b.post("/api/friends/requests/", {"user_id": bob.id})
    assert asked["from_user"]["username"] == "ada@a"
    await bob.enter("/ws/notifications/")
    await ada.enter("/ws/notifications/")
    bob.post(f"/api/friends/requests/{asked['id']}/accept/")
    assert (await ada.hear("friend_accepted"))["friend"]["username"] == "bob@b"
    await hear_of(ada, bob.id, online=True)
    await hear_of(bob, ada.id, online=True)

    ada_talks, bob_talks = visiting(ada, a), visiting(bob, another_of_b)
    await ada_talks.enter(f"/ws/chat/{bob.id}/")
    await bob_talks.enter(f"/ws/chat/{ada.id}/")

    # Both write; the worker that applies the facts of the other cell is killed meanwhile.
    assert write(ada, bob, "1") == 201
    await hear_messages(bob_talks, "1")
    b.kill(b.pids[0])
    for content in ("2", "3"):
        assert write(ada, bob, content) == 201
    await hear_messages(bob_talks, "2", "3")
    assert write(bob, ada, "4") == 201
    await hear_messages(ada_talks, "1", "2", "3", "4")
    assert read(ada, bob) == read(bob, ada) == ["4", "3", "2", "1"]

    await ada_talks.leave()
    await ada.leave()
    await hear_of(bob, ada.id, online=False)

    # A game in B, with a token of A: Ada's friends see her online there.
    path = new_game(bob, ada_in_b)
    await begin(path, bob_at_play := visiting(bob, another_of_b), ada_in_b)
    turns = [(bob_at_play, 0), (ada_in_b, 3), (bob_at_play, 1), (ada_in_b, 4), (bob_at_play, 2)]
    for player, cell in turns:
        await player.send(type="player_move", movement={"cell": cell})
        for listener in (bob_at_play, ada_in_b):
            await listener.hear("player_move")
    over = await ada_in_b.hear("game_over")
    assert over["winner_ids"] == [bob.id]
    assert [friend["online"] for friend in bob.get("/api/friends/")["results"]] == [True]

    # Maintenance closes B for new games, and neither A nor what crosses.
    manage(b.environment, "maintenance", "begin")
    while bob.get("/api/status/")["maintenance"] is None:  # noqa: ASYNC110  (nothing tells)
        await asyncio.sleep(0.05)
    assert call(ada_in_b, "/api/games/", game="tictactoe") == 503
    assert call(ada, "/api/games/", game="tictactoe") == 201
    assert write(ada, bob, "during the maintenance") == 201
    await hear_messages(bob_talks, "4", "during the maintenance")
    manage(b.environment, "maintenance", "end")

    # A block made in A holds in B, and the end of a session too.
    assert call(ada, f"/api/friends/{bob.id}/block/") == 204
    await bob_talks.hear("direct_closed")
    assert write(bob, ada, "5") == 403
    assert write(ada, bob, "6") == 403
    assert call(ada, "/api/auth/logout/") == 204
    with pytest.raises(ConnectionClosed, match="4401"):
        while True:
            await ada_in_b.hear()
