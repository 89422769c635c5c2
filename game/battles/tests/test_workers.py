"""Battles over several real server processes: reachable from each, surviving the loss of any."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from gameplatform.testing.processes import ServerProcess
from tests.clients import NetworkPlayer


@pytest.fixture
def two_servers(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    with live_server_process(demo=True) as one, live_server_process(**one.environment) as two:
        yield one, two


def listed(player: Any) -> Any:
    """Return the easiest battle to join."""
    return player.get("/api/battles/available")[0]


async def strike_until_won(player: Any, battle: Any) -> None:
    """Attack as quickly as allowed until the battle is won, ignoring other frames."""
    for enemy in battle["enemies"]:
        hp = enemy["hp"]
        while hp:
            await player.send(type="attack", enemy_id=enemy["id"])
            while (frame := await player.hear())["type"] not in ("attack", "error"):
                pass
            if frame["type"] == "attack":
                hp = frame["enemy_hp"]
            elif frame["code"] == "enemy_defeated":
                hp = 0
            else:
                assert frame["code"] == "attack_cooldown", frame
                await asyncio.sleep(frame["retry_after"])
    await player.hear("battle_won")


async def test_a_battle_survives_a_killed_worker_and_is_won_on_another(
    two_servers: tuple[ServerProcess, ServerProcess],
) -> None:
    one, two = two_servers
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    battle_id = listed(ada)["id"]
    for player in (ada, bob):
        battle = player.post(f"/api/battles/join/{battle_id}")
        await player.enter(battle["ws_url"])
        assert (await player.hear())["type"] == "connected"
    first = battle["enemies"][0]["id"]
    await ada.send(type="attack", enemy_id=first)
    struck = [await player.hear("attack") for player in (ada, bob)]
    assert struck[0] == struck[1]

    one.kill(one.pids[0])
    # Enemies keep acting without the dead worker, and its player's departure is announced.
    assert (await bob.hear("player_left"))["user_id"] == ada.id
    await bob.hear("enemy_attack")
    with pytest.raises(ConnectionClosed):
        while True:
            await ada.hear()
    ada.seq = struck[0]["seq"]
    await ada.come_back(two.base_url)
    assert ada.heard[-1]["type"] == "resumed"
    while (await ada.hear())["type"] != "player_joined":
        pass

    await strike_until_won(ada, battle)
    loot = ada.post(f"/api/battles/claim-loot/{battle_id}")
    assert loot["xp"] > 0
    assert listed(bob)["id"] != battle_id
