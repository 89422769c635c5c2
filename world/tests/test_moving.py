"""Movement between and within places: who receives it, and which moves are refused."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from core.database import in_database
from progression import services as progression
from progression.models import Stack
from progression.seeding import seed_content
from realtime.worker import Worker
from world import rules, selectors
from world.events import Moved
from world.handlers import moving
from world.live import positions as telling
from world.live.positions import positions
from world.models import Character
from world.rules import TOP_SPEED
from world.socket import WorldSocket
from world.tests.conftest import Person, place

pytestmark = pytest.mark.django_db(transaction=True)


async def test_who_comes_and_goes_is_told_to_who_is_there(
    here: Worker, ada: Person, bob: Person, cyd: Person
) -> None:
    one = await ada.enter()
    elsewhere = await cyd.enter()
    other = await bob.knock()
    state = await other.hear("world_state")
    assert state["you"]["character_name"] == "Bob"
    assert [member["character_name"] for member in state["area"]["members"]] == ["Ada", "Bob"]
    joined = await one.hear("player_joined_area")
    assert joined["character"]["character_id"] == bob.character_id
    await other.leave()
    left = await one.hear_until("player_left_area")
    assert (left["character_id"], left["reason"]) == (bob.character_id, "disconnected")
    await elsewhere.hear_nothing()


async def test_a_path_leads_to_the_next_place(here: Worker, ada: Person, cyd: Person) -> None:
    walker = await ada.enter()
    crossroads, fields = await in_database(place, "Crossroads"), await in_database(place, "Amber Fields")
    await walker.send(type="move", from_location_id=crossroads, to_location_id=fields)
    assert (await walker.hear_until("player_left_area"))["reason"] == "moved"
    state = await walker.hear_until("area_state")
    assert state["area"]["location_id"] == fields
    assert [member["character_id"] for member in state["area"]["members"]] == [ada.character_id]
    assert (await in_database(ada.row)).location_id == fields


async def test_a_walk_that_another_overtakes_is_answered_once_and_so_is_the_other(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker = await ada.enter()
    crossroads, fields = await in_database(place, "Crossroads"), await in_database(place, "Amber Fields")
    refresh, arrived = WorldSocket._refresh, asyncio.Event()

    async def refresh_late(socket: WorldSocket) -> None:
        await arrived.wait()
        await refresh(socket)

    monkeypatch.setattr(WorldSocket, "_refresh", refresh_late)
    await walker.send(type="move", to_location_id=fields, id="there")
    await walker.send(type="move", to_location_id=crossroads, id="back")
    assert (await walker.hear_until("ack"))["ref"] == "there"
    arrived.set()
    state = await walker.hear_until("area_state")
    assert (state["ref"], state["area"]["location_id"]) == ("back", crossroads)
    await walker.send(type="ping", id="last")
    answered = []
    while "last" not in answered:
        answered.append((await walker.hear()).get("ref"))
    assert not {"there", "back"} & set(answered)


async def test_no_path_leads_far_and_none_from_where_one_is_not(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "WALKS_WINDOW_S", 60.0)
    walker = await ada.enter()
    crossroads, sunspire = await in_database(place, "Crossroads"), await in_database(place, "Sunspire")
    await walker.send(type="move", to_location_id=sunspire, id=1)
    assert (await walker.hear_until("error"))["code"] == "no_path"
    await walker.send(type="move", from_location_id=sunspire, to_location_id=crossroads, id=2)
    assert (await walker.hear_until("error"))["code"] == "not_there"
    await walker.send(type="move", to_location_id=crossroads, id=3)
    assert (await walker.hear_until("error"))["code"] == "rate_limited"
    assert (await in_database(ada.row)).location_id == crossroads


async def test_steps_are_told_to_who_is_there_and_stored_at_the_end(
    here: Worker, ada: Person, bob: Person
) -> None:
    walker, watcher = await ada.enter(), await bob.enter()
    await walker.send(type="move", position={"x": 1.5, "y": -2}, velocity={"x": 3})
    while [ada.character_id, 1.5, -2.0, 0.0, 3.0, 0.0, 0.0] not in (
        await watcher.hear_until("location_update")
    )["moves"]:
        pass
    await watcher.send(type="character_update", character_id=ada.character_id)
    shown = await watcher.hear_until("character_update")
    assert shown["position"] == {"x": 1.5, "y": -2.0, "z": 0.0}
    await walker.leave()
    await watcher.hear_until("player_left_area")
    row = await in_database(ada.row)
    assert (row.x, row.y, row.z) == (1.5, -2.0, 0.0)


async def test_impossible_moves_are_refused_and_put_back(here: Worker, ada: Person) -> None:
    walker = await ada.enter()
    for cheat in (
        {"position": {"x": TOP_SPEED * 5}},
        {"position": {"x": 5}, "velocity": {"y": TOP_SPEED * 2}},
        {"position": {"x": 1, "z": 1e6}},
        {"position": {"x": 1e300, "y": -1e300}},
        {"position": {"x": 1}, "velocity": {"y": -1e300}},
    ):
        await walker.send(type="move", id="jump", **cheat)
        put_back = await walker.hear_until("character_update")
        assert put_back["position"] == {"x": 0.0, "y": 0.0, "z": 0.0}
        refused = await walker.hear_until("error")
        assert (refused["code"], refused["ref"]) == ("impossible_move", "jump")
    for nowhere in ({}, {"velocity": {"x": 1}}):
        await walker.send(type="move", **nowhere)
        assert await walker.refused() == "invalid"


async def test_what_a_move_leaves_out_of_a_position_stays_as_it_is(
    here: Worker, ada: Person, bob: Person
) -> None:
    walker, watcher = await ada.enter(), await bob.enter()
    for step in ({"x": 1, "y": 2, "z": 3}, {"x": 1.5}, {"y": 2.5, "z": 2.5}, {}):
        await walker.send(type="move", position=step)
    await walker.send(type="ping")
    await walker.hear_until("pong")
    await watcher.send(type="character_update", character_id=ada.character_id)
    shown = await watcher.hear_until("character_update")
    assert shown["position"] == {"x": 1.5, "y": 2.5, "z": 2.5}


async def test_a_move_with_an_id_is_answered(here: Worker, ada: Person, bob: Person) -> None:
    walker, watcher = await ada.enter(), await bob.enter()
    await walker.send(type="move", position={"x": 1}, id="step")
    answer = await walker.hear_until("location_update")
    assert (answer["ref"], answer["moves"]) == ("step", [[ada.character_id, 1.0, 0, 0, 0, 0, 0]])
    assert "ref" not in await watcher.hear_until("location_update")
    refused = await in_database(place, "Sunspire")
    await walker.send(type="move", to_location_id=refused, id="no")
    assert (await walker.hear_until("error"))["ref"] == "no"
    fields = await in_database(place, "Amber Fields")
    await walker.send(type="move", to_location_id=fields, id="walk")
    state = await walker.hear_until("area_state")
    assert (state["ref"], state["area"]["location_id"]) == ("walk", fields)


async def test_who_is_put_back_hears_how_they_are_now(here: Worker, ada: Person) -> None:
    def hurt() -> None:
        Character.objects.filter(pk=ada.character_id).update(health=7)

    walker = await ada.enter()
    await in_database(hurt)
    await walker.send(type="move", position={"x": TOP_SPEED * 5})
    assert (await walker.hear_until("character_update"))["health"] == 7


async def test_who_moves_while_on_the_way_elsewhere_is_told_so(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker = await ada.enter()
    leaves, goes_on = asyncio.Event(), asyncio.Event()
    stop_hearing = here.relay.leave

    async def stop_hearing_slowly(topic: Any) -> None:
        if topic.startswith("moves_"):
            leaves.set()
            await goes_on.wait()
        await stop_hearing(topic)

    monkeypatch.setattr(here.relay, "leave", stop_hearing_slowly)
    await walker.send(type="move", to_location_id=await in_database(place, "Salt Flats"))
    await leaves.wait()
    await walker.send(type="ping", id="walked")
    await walker.hear_until("pong")
    await walker.send(type="move", position={"x": 1})
    assert (await walker.hear_until("error"))["code"] == "not_in_play"
    goes_on.set()
    await walker.hear_until("area_state")


async def test_many_small_steps_are_no_faster_than_one_big(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TOP_SPEED", 0.1)
    monkeypatch.setattr(rules, "BURST_S", 60.0)
    walker = await ada.enter()
    for step in range(1, 100):
        await walker.send(type="move", position={"x": step * 0.9}, id=step)
    while (refused := await walker.hear_until("error"))["ref"] < 99:
        pass
    assert refused["code"] == "impossible_move"


async def test_who_comes_back_on_another_worker_is_no_faster(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TOP_SPEED", 0.1)
    monkeypatch.setattr(rules, "BURST_S", 60.0)
    walker = await ada.enter()
    await walker.send(type="move", position={"x": 5})
    await walker.send(type="ping", id="walked")
    await walker.hear_until("pong")
    await walker.leave()
    # As on another worker, which knows nothing of the moves accepted here.
    monkeypatch.setattr(here, "_parts", {})
    again = await ada.enter()
    await again.send(type="move", position={"x": 10})
    put_back = await again.hear_until("character_update")
    assert put_back["position"]["x"] == 5.0


async def test_who_comes_over_from_another_worker_while_walking_is_no_faster(
    here: Worker, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new worker knows their position before it is saved."""
    monkeypatch.setattr(rules, "TOP_SPEED", 0.1)
    monkeypatch.setattr(rules, "BURST_S", 60.0)
    await bob.enter()
    (crossroads,) = positions().trackers.values()
    await here.streams.sent()
    crossroads.record(Moved(character_id=ada.character_id, x=5, y=0, z=0, vx=0, vy=0, vz=0))
    walker = await ada.enter()
    await walker.send(type="move", position={"x": 10})
    put_back = await walker.hear_until("character_update")
    assert put_back["position"]["x"] == 5.0


async def test_who_has_rested_elsewhere_may_hurry_again(here: Worker, ada: Person) -> None:
    walker = await ada.enter()
    await walker.send(type="move", position={"x": 1})
    await walker.send(type="ping", id="walked")
    await walker.hear_until("pong")
    await walker.leave()
    await in_database(
        lambda: Character.objects.filter(pk=ada.character_id).update(
            walked_at=timezone.now() - timedelta(seconds=1)
        )
    )
    again = await ada.enter()
    await again.send(type="move", position={"x": 6}, id="walked")
    await again.send(type="ping", id="there")
    await again.hear_until("pong")
    assert positions().with_live_position((await in_database(selectors.visitor, ada.id)).info).position.x == 6


async def test_who_comes_anew_is_no_faster(
    here: Worker, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TOP_SPEED", 0.1)
    monkeypatch.setattr(rules, "BURST_S", 60.0)
    walker = await ada.enter()
    await walker.send(type="move", position={"x": 5})
    await walker.send(type="ping", id="walked")
    await walker.hear_until("pong")
    again = await ada.enter()
    assert await walker.closed() == 4409
    await again.leave()
    once_more = await ada.enter()
    await once_more.send(type="move", position={"x": 10})
    put_back = await once_more.hear_until("character_update")
    assert put_back["position"]["x"] == 5.0


async def test_a_way_back_to_a_place_begins_in_its_middle(here: Worker, ada: Person, bob: Person) -> None:
    walker, watcher = await ada.enter(), await bob.enter()
    await walker.send(type="move", position={"x": 4})
    await watcher.hear_until("location_update")
    for name in ("Salt Flats", "Crossroads"):
        await walker.send(type="move", to_location_id=await in_database(place, name))
        await walker.hear_until("area_state")
    await watcher.hear_until("player_joined_area")
    await watcher.send(type="character_update", character_id=ada.character_id)
    assert (await watcher.hear_until("character_update"))["position"]["x"] == 0.0
    assert positions().trackers.keys() == {await in_database(place, "Crossroads")}


async def test_who_changes_while_walking_stays_where_they_are(here: Worker, ada: Person, bob: Person) -> None:
    walker, watcher = await ada.enter(), await bob.enter()
    await walker.send(type="move", position={"x": 3})
    await watcher.hear_until("location_update")
    await in_database(progression.grant, ada.id, xp=300, cause="test")
    update = await watcher.hear_until("character_update")
    assert (update["level"], update["position"]["x"]) == (3, 3.0)


async def test_who_changes_all_the_time_is_shown_four_times_a_second_and_as_they_are_in_the_end(
    here: Worker, ada: Person, bob: Person
) -> None:
    def dress_and_undress() -> None:
        seed_content()
        progression.grant(ada.id, items=[("padded-vest", 1)], cause="test")
        vest = Stack.objects.get(player=ada.id)
        for _ in range(30):
            progression.equip(ada.id, stack_id=vest.pk)
            progression.unequip(ada.id, slot="body")
        progression.grant(ada.id, xp=300, cause="test")

    await ada.enter()
    watcher = await bob.enter()
    began = time.monotonic()
    await in_database(dress_and_undress)
    heard = [await watcher.hear_until("character_update")]
    while heard[-1]["level"] != 3:
        heard.append(await watcher.hear_until("character_update"))
    assert len(heard) <= 1 + (time.monotonic() - began) / 0.25


class Ticks:
    """Replaces the pause between two broadcasts of moves by one that the test ends."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self._is_paused = asyncio.Event()
        self._may_go_on = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._is_paused.set()
        await self._may_go_on.acquire()

    async def pass_one(self) -> None:
        """Allow one broadcast and wait until the next pause has begun."""
        await self._is_paused.wait()
        self._is_paused.clear()
        self._may_go_on.release()
        await self._is_paused.wait()


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    """For the worker that is started next; nothing is repeated."""
    ticks = Ticks()
    monkeypatch.setattr(telling, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": ticks.sleep}))
    monkeypatch.setattr(telling, "REPEAT_EVERY_S", 3600.0)
    return ticks


async def moves_told_to(watcher: Any) -> list[dict[Any, Any]]:
    """Return the frames received up to the answer to a new request."""
    await watcher.send(type="ping", id="now")
    frames = []
    while (frame := await watcher.hear())["type"] != "pong":
        if frame["type"] == "location_update":
            frames.append({character_id: x for character_id, x, *_ in frame["moves"]})
    return frames


async def test_a_place_is_told_of_its_moves_20_times_a_second_and_only_of_who_moved(
    ticks: Ticks, here: Worker, ada: Person, bob: Person, person: Callable[..., Person]
) -> None:
    watcher = await (await in_database(person, "dan")).enter()
    for walker in (first := await ada.enter(), second := await bob.enter()):
        for step in range(1, 20):
            await walker.send(type="move", position={"x": step / 100})
        await moves_told_to(walker)
    assert await moves_told_to(watcher) == []
    await ticks.pass_one()
    assert await moves_told_to(watcher) == [{ada.character_id: 0.19, bob.character_id: 0.19}]
    for walker, who, at in ((first, ada, 0.2), (second, bob, 0.3), (first, ada, 0.4)):
        await walker.send(type="move", position={"x": at})
        await moves_told_to(walker)
        await ticks.pass_one()
        assert await moves_told_to(watcher) == [{who.character_id: at}]
    assert {1 / pause for pause in ticks.pauses} == {20}
