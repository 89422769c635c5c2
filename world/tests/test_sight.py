"""Sight in a crowded place: who is told of whom, and at what cost."""

from random import Random
from typing import Any

import pytest
from django.utils import timezone
from msgspec.json import decode

from core.database import in_database
from core.grid import are_adjacent
from core.ids import UserId
from realtime.connections.connection import Connection
from realtime.wire.messages import encode
from realtime.worker import Worker
from world import rules, services
from world.events import CharacterInfo, LocationUpdate, Moved, PlayerLeftArea, area_topic
from world.live.sight import SeenArea, Sight
from world.models import Location
from world.rules import CharacterId, Vector
from world.tests.conftest import Person, place

SIGHT_M = 30


@pytest.fixture
async def foggy(here: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """All places have a sight, and everybody is fast."""
    monkeypatch.setattr(rules, "TOP_SPEED", 1e6)
    await in_database(lambda: Location.objects.update(sight=SIGHT_M, size=1000))


async def walk(walker: Any, x: float) -> None:
    await walker.send(type="move", position={"x": x}, id=x)
    while "ref" not in await walker.hear_until("location_update"):
        pass


def about(frame: Any) -> tuple[str, int]:
    one = frame.get("character") or frame
    return frame["type"], one["character_id"]


@pytest.mark.django_db(transaction=True)
async def test_who_walks_out_of_sight_has_left_and_who_comes_back_has_arrived(
    foggy: None, ada: Person, bob: Person
) -> None:
    walker, watcher = await ada.enter(), await bob.enter()
    await walker.hear_until("player_joined_area")
    for x, told, reason in ((200, "player_left_area", "out_of_sight"), (5, "player_joined_area", None)):
        await walk(walker, x)
        for hearer, other in ((watcher, ada), (walker, bob)):
            frame = await hearer.hear_until(told)
            assert about(frame) == (told, other.character_id)
            assert frame.get("reason") == reason
    assert frame["character"]["position"]["x"] == 0
    # Somebody else's steps out of sight are not told.
    await walk(walker, 200)
    await watcher.hear_until("player_left_area")
    heard: Any = {"moves": []}
    await walk(walker, 210)
    await watcher.send(type="move", position={"x": 1})
    while bob.character_id not in {moved[0] for moved in heard["moves"]}:
        heard = await watcher.hear("location_update")
        assert ada.character_id not in {moved[0] for moved in heard["moves"]}


@pytest.mark.django_db(transaction=True)
async def test_who_arrives_or_goes_out_of_sight_is_not_told_but_chat_reaches_the_place(
    foggy: None, ada: Person, bob: Person
) -> None:
    far = await ada.enter()
    await walk(far, 300)
    other = await bob.knock()
    state = await other.hear("world_state")
    assert [one["character_id"] for one in state["area"]["members"]] == [bob.character_id]
    await other.send(type="chat", channel="area", content="is anybody here?")
    heard = [await far.hear_until("chat")]
    await other.leave()
    # What the place is told of comes in one order.
    await far.send(type="chat", channel="area", content="now nobody is")
    while heard[-1].get("content") != "now nobody is":
        heard.append(await far.hear())
    assert {frame["type"] for frame in heard} <= {"location_update", "chat"}


@pytest.mark.django_db(transaction=True)
async def test_who_is_in_sight_is_told_of_arrivals_changes_and_departures(
    foggy: None, ada: Person, bob: Person
) -> None:
    watcher = await ada.enter()
    other = await bob.knock()
    state = await other.hear("world_state")
    assert about(await watcher.hear_until("player_joined_area"))[1] == bob.character_id
    members = state["area"]["members"]
    assert [one["character_id"] for one in members] == [ada.character_id, bob.character_id]
    await in_database(lambda: services.publish_update_of_owner(bob.id))
    assert (await watcher.hear_until("character_update"))["character_id"] == bob.character_id
    await other.send(type="move", to_location_id=await in_database(place, "Amber Fields"))
    left = await watcher.hear_until("player_left_area")
    assert (left["character_id"], left["reason"]) == (bob.character_id, "moved")


# Without sockets.


class Listening(Connection):
    """A connection that only counts."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def send(self, frame: bytes, key: Any = None) -> None:
        self.frames.append(frame)


def character(id: CharacterId, x: float, y: float) -> CharacterInfo:
    return CharacterInfo(
        character_id=id,
        user_id=UserId(id),
        character_name=f"character {id}",
        location_id=1,
        position=Vector(x=x, y=y),
        level=1,
        faction="Dawn",
        health=1,
        max_health=1,
        last_seen=timezone.now(),
    )


class Crowd:
    """Characters with a socket each, at random in a place."""

    def __init__(self, number: int, size: float, seed: int = 1) -> None:
        self.random = Random(seed)
        self.size = size
        self.sight = Sight(1, SIGHT_M, lambda: 0.0)
        self.at = {CharacterId(id): self.somewhere() for id in range(number)}
        self.sight.load([character(id, *at) for id, at in self.at.items()], 0.0)
        self.viewers = {}
        for id in self.at:
            viewer = SeenArea(area_topic(1), Listening(), sight=self.sight, character_id=id)
            viewer.begin()
            viewer.known = self.sight.around(id)
            self.viewers[id] = viewer

    def somewhere(self) -> tuple[float, float]:
        return self.random.uniform(-self.size, self.size), self.random.uniform(-self.size, self.size)

    def walk(self, ids: Any, metres: float = 10) -> None:
        moves = []
        for id in ids:
            x, y = self.at[id]
            x, y = (here + self.random.uniform(-metres, metres) for here in (x, y))
            self.at[id] = x, y
            moves.append(Moved(character_id=id, x=x, y=y, z=0, vx=0, vy=0, vz=0))
            self.sight.move(moves[-1])
        self.sight.broadcast(moves, "moves")

    def sees(self, viewer: CharacterId, other: CharacterId) -> bool:
        def cell(id: CharacterId) -> tuple[int, int]:
            return int(self.at[id][0] // SIGHT_M), int(self.at[id][1] // SIGHT_M)

        return are_adjacent(cell(viewer), cell(other))

    def heard(self, id: CharacterId) -> list[bytes]:
        connection: Any = self.viewers[id]._connection
        return list(connection.frames)


@pytest.mark.parametrize("seed", range(5))
def test_the_frames_of_a_crowd_tell_each_client_who_is_in_sight_and_of_nobody_else(seed: int) -> None:
    crowd = Crowd(60, 120, seed)
    shown = {id: set(viewer.known) for id, viewer in crowd.viewers.items()}
    read = dict.fromkeys(crowd.at, 0)
    for step in range(30):
        if step == 15:
            gone = PlayerLeftArea(
                location_id=1,
                character_id=CharacterId(7),
                user_id=UserId(7),
                character_name="",
                reason="moved",
            )
            frame = encode(gone)
            crowd.sight.viewers.pop(CharacterId(7))
            for viewer in crowd.viewers.values():
                viewer.send(frame)
            del crowd.at[CharacterId(7)]
        crowd.walk(crowd.random.sample(sorted(crowd.at), 20))
        for id in crowd.at:
            for told in map(decode, crowd.heard(id)[read[id] :]):
                if told["type"] == "location_update":
                    assert all(crowd.sees(id, moved[0]) for moved in told["moves"])
                elif told["type"] == "player_joined_area":
                    shown[id].add(told["character"]["character_id"])
                else:
                    shown[id].remove(told["character_id"])
            read[id] = len(crowd.heard(id))
            assert shown[id] | {id} == {other for other in crowd.at if crowd.sees(id, other)}


def moves_told(number: int, size: float) -> tuple[int, int]:
    """Return how many moves all sockets are told of, and in how many different frames."""
    crowd = Crowd(number, size)
    crowd.walk(range(number), 0)
    frames = [frame for id in crowd.at for frame in crowd.heard(id)]
    told = {id(frame): len(decode(frame, type=LocationUpdate).moves) for frame in frames}
    return sum(told[id(frame)] for frame in frames), len(told)


def test_a_crowd_of_thousands_costs_what_each_of_them_sees() -> None:
    """Four times as many on four times the ground are told four times as much, not sixteen times."""
    few, few_frames = moves_told(500, 300)
    many, many_frames = moves_told(2000, 600)
    assert many < 5 * few
    assert many_frames < 5 * few_frames
    assert many / 2000 < 60
