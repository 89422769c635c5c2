"""Repair after a worker was killed or missed a message."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from core.database import in_database
from gameplatform.testing.processes import ServerProcess
from realtime.testing import running_worker
from realtime.worker import Worker
from tests.clients import NetworkPlayer
from world import services
from world.live import keeping
from world.models import Character, Visit
from world.tests.conftest import Person, place, players_leave

WITHIN_S = 30.0


@pytest.fixture
async def quick_here(demo_world: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Worker]:
    """A worker that runs its background tasks often."""
    monkeypatch.setattr(keeping, "STORE_EVERY_S", 0.02)
    async with running_worker() as worker:
        yield worker
        await players_leave()


@pytest.mark.django_db(transaction=True)
async def test_who_was_on_a_killed_worker_is_told_to_have_gone(
    quick_here: Worker, ada: Person, bob: Person
) -> None:
    watcher = await bob.enter()
    await in_database(lambda: services.enter_world(user_id=ada.id, socket="worker.gone/1"))
    await watcher.hear("player_joined_area")
    await keeping.end_lost_visits()
    left = await watcher.hear("player_left_area")
    assert (left["character_id"], left["reason"]) == (ada.character_id, "disconnected")
    assert not await in_database(Visit.objects.filter(user=ada.id).exists)


@pytest.mark.django_db(transaction=True)
async def test_positions_are_stored_while_one_walks(quick_here: Worker, ada: Person) -> None:
    walker = await ada.enter()
    await walker.send(type="move", position={"x": 3.25, "y": 0, "z": -1})
    async with asyncio.timeout(WITHIN_S):
        while (await in_database(ada.row)).x != 3.25:
            await walker.hear("location_update")  # repeated every second


@pytest.mark.django_db(transaction=True)
async def test_a_socket_that_was_not_reached_finds_its_place_or_ends(quick_here: Worker, ada: Person) -> None:
    """As when the relay loses a message about a move, or the visit was taken for lost."""
    walker = await ada.enter()
    quarry = await in_database(place, "Old Quarry")
    await in_database(lambda: Character.objects.filter(pk=ada.character_id).update(location=quarry))
    assert (await walker.hear_until("area_state"))["area"]["location_id"] == quarry
    await in_database(Visit.objects.filter(user=ada.id).delete)
    assert await walker.closed() == 1012


def test_a_place_is_one_over_two_servers_and_survives_one_of_them(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(demo=True) as one, live_server_process(**one.environment) as two:
        asyncio.run(walk_together(one, two))


async def walk_together(one: ServerProcess, two: Any) -> None:
    ada, bob = NetworkPlayer(one.base_url, "ada"), NetworkPlayer(two.base_url, "bob")
    characters = []
    for player, name in ((ada, "Ada"), (bob, "Bob")):
        made = player.post("/api/characters", {"name": name, "faction": "Rootkin"})
        player.post("/api/characters/select", {"character_id": made["id"]})
        characters.append(made["id"])
        await player.enter("/ws")
        await player.hear("world_state")
    assert (await ada.hear("player_joined_area"))["character"]["character_id"] == characters[1]
    await ada.send(type="move", position={"x": 2.5}, velocity={"x": 1})
    while [characters[0], 2.5, 0.0, 0.0, 1.0, 0.0, 0.0] not in (await bob.hear("location_update"))["moves"]:
        pass
    await bob.send(type="whisper", to_user_id=ada.id, content="so far away")
    assert (await ada.hear("whisper"))["content"] == "so far away"

    one.kill(one.pids[0])
    left = await bob.hear("player_left_area")
    assert (left["character_id"], left["reason"]) == (characters[0], "disconnected")
    ada.seq = None
    await ada.come_back(two.base_url)
    assert [member["character_id"] for member in ada.heard[-1]["area"]["members"]] == characters
