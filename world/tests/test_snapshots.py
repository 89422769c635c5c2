"""Snapshot plus events must equal a later snapshot at any time."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from core.database import in_database
from progression import services as progression
from realtime.delivery.history import keys
from realtime.worker import Worker
from world import services
from world.events import world_topic
from world.models import Character
from world.tests.conftest import Person, place

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 30.0
STEPS = 30


class Watcher:
    """A client that applies the events of a place to its snapshot."""

    def __init__(self, player: Any, area: Any) -> None:
        self.player = player
        self.members = {member["character_id"]: member for member in area["members"]}

    async def hear(self) -> None:
        frame = await self.player.hear()
        match frame["type"]:
            case "player_joined_area":
                member = frame["character"]
                self.members[member["character_id"]] = member
            case "player_left_area":
                del self.members[frame["character_id"]]
            case "location_update":
                for character_id, x, y, z, *_ in frame["moves"]:
                    if character_id in self.members:
                        self.members[character_id]["position"] = {"x": x, "y": y, "z": z}
            case "character_update":
                known = {name: value for name, value in frame.items() if name != "type"}
                if known["character_id"] in self.members:
                    self.members[known["character_id"]] = known


def change_health(person: Person) -> None:
    character = Character.objects.get(pk=person.character_id)
    character.health = max(1, character.health - 7)
    character.save(update_fields=["health"])
    services.publish_update(character)


async def test_who_has_missed_something_is_told_how_they_are_now(here: Worker, ada: Person) -> None:
    player = await ada.enter()
    await in_database(change_health, ada)
    health = (await player.hear_until("character_update"))["health"]
    counter, frames = keys(world_topic())
    await here.redis.incrby(counter, 1000)
    await here.redis.delete(frames)
    await here.streams.audit()
    state = await player.hear_until("world_state")
    assert [known["health"] for known in (state["you"], *state["area"]["members"])] == [health, health]


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_snapshot_and_the_events_after_it_make_the_next_snapshot(
    here: Worker, person: Callable[..., Person], seed: int
) -> None:
    random = Random(seed)
    crossroads, flats = await in_database(place, "Crossroads"), await in_database(place, "Salt Flats")
    people = await in_database(lambda: [person(name) for name in ("watcher", "ada", "bob", "cyd")])
    walkers: dict[Any, Any] = {}
    first = await people[0].knock()
    watcher = Watcher(first, (await first.hear("world_state"))["area"])
    for _ in range(STEPS):
        who = random.choice(people[1:])
        player = walkers.get(who.id)
        if player is None:
            walkers[who.id] = player = await who.enter()
        match random.choice(["go", "walk", "step", "step", "change", "grow"]):
            case "go":
                await walkers.pop(who.id).leave()
                continue
            case "walk":
                here_now = (await in_database(who.row)).location_id
                # Not over the socket, which limits how often one may walk.
                there = flats if here_now == crossroads else crossroads
                await in_database(services.travel, user_id=who.id, to_location_id=there)
                await player.hear_until("area_state")
            case "step":
                await player.send(type="move", position={"x": random.randrange(-8, 8) / 4})
            case "change":
                await in_database(change_health, who)
            case "grow":
                await in_database(progression.grant, who.id, xp=120, cause="test")
        await player.send(type="ping", id="done")
        while (await player.hear()).get("ref") != "done":
            pass
    newcomer = await in_database(lambda: person("newcomer"))
    later = await newcomer.knock()
    members = (await later.hear("world_state"))["area"]["members"]
    expected = {member["character_id"]: member for member in members}
    async with asyncio.timeout(WITHIN_S):
        while watcher.members != expected:
            await watcher.hear()
