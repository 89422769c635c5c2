"""Rooms that can be joined: their list, its filters, and private ones by code."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from core.database import in_database
from game import services
from game.author import SUBSTITUTE, catalogue, queues
from game.live.open_rooms import Lister
from game.models import Game
from game.tests.conftest import InTurn
from gameplatform.asgi import application
from gameplatform.testing.people import Person
from realtime import worker
from realtime.testing import Player


class Bridge(InTurn):
    """For two to four, at a table that says how it is set."""

    players = (2, 4)
    metadata = {"kind": "cards", "teaches": True}

    class Options(catalogue.get("hearts").Options):  # type: ignore[misc]
        fast: bool = False


class Meeting(Bridge):
    open = True
    metadata = {"kind": "talk"}


class Relay(Bridge):
    def left(self, state: Any, seat: int, why: Any) -> Any:
        return SUBSTITUTE


class Race(Bridge):
    class Options(Bridge.Options):
        speed: float = 1.0
        plaque: str = ""


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    for game in (Bridge, Meeting, Relay, Race):
        monkeypatch.setitem(catalogue._games, game.name, game)
    assert queues.find("bridge", "")


async def call(person: Person, method: str, path: str, body: Any = None) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {person.token}")
    act: Callable[..., Any] = getattr(client, method)
    answer = await in_database(act, f"/api/{path}", body, format="json")
    return answer.status_code, answer.json()


async def made(person: Person, game: str = "bridge", **wanted: Any) -> Any:
    status, answer = await call(person, "post", "games/", {"game": game, **wanted})
    assert status == 201, answer
    return answer


async def listed(person: Person, query: str = "") -> list[str]:
    status, answer = await call(person, "get", f"games/?open=1{query}")
    assert status == 200, answer
    return [room["id"] for room in answer["results"]]


async def test_a_room_is_listed_until_its_last_seat_is_taken(ada: Person, bob: Person, cyd: Person) -> None:
    room = await made(ada, seats=2)
    assert (room["seats"], room["free_seats"]) == (2, 1)
    assert await listed(bob) == [room["id"]]
    assert await listed(ada) == []
    assert (await call(bob, "post", f"games/{room['id']}/join/"))[1]["free_seats"] == 0
    assert await listed(cyd) == []


async def test_private_rooms_and_ended_ones_are_not_listed(ada: Person, bob: Person) -> None:
    await made(ada, private=True)
    over = await made(ada)
    await Game.objects.filter(pk=over["id"]).aupdate(state=Game.State.ABANDONED)
    assert await listed(bob) == []


@pytest.mark.parametrize("game", ["meeting", "relay"])
async def test_a_running_room_is_listed_while_it_has_a_free_seat(
    ada: Person, bob: Person, cyd: Person, game: str
) -> None:
    room = await made(ada, game, seats=2)
    await call(bob, "post", f"games/{room['id']}/join/")
    await Game.objects.filter(pk=room["id"]).aupdate(state=Game.State.ACTIVE)
    assert await listed(cyd) == []
    left = {"game_id": room["id"], "user_id": bob.id, "is_playing": False, "is_offered": True}
    await in_database(services.note_playing, **left)
    assert await listed(cyd) == [room["id"]]


async def test_a_full_room_whose_game_lets_nobody_in_stays_out(ada: Person, bob: Person, cyd: Person) -> None:
    room = await made(ada, seats=2, bots=[1])
    assert room["free_seats"] == 0
    assert await listed(cyd) == []


async def test_metadata_filters_by_options_and_by_what_the_game_declares(ada: Person, bob: Person) -> None:
    short, fast = await made(ada, points=20), await made(ada, fast=True)
    talk = await made(ada, "meeting")
    assert short["metadata"] == {"kind": "cards", "teaches": True, "points": 20, "fast": False}
    assert await listed(bob, "&metadata.points=20") == [short["id"]]
    assert await listed(bob, "&metadata.fast=true&metadata.kind=cards") == [fast["id"]]
    assert await listed(bob, "&metadata.teaches=true") == [fast["id"], short["id"]]
    assert await listed(bob, "&metadata.kind=talk") == [talk["id"]]
    assert await listed(bob, "&game=meeting&metadata.points=100") == [talk["id"]]
    assert await listed(bob, "&metadata.points=many") == []


async def test_no_room_has_a_number_that_is_none(ada: Person, bob: Person) -> None:
    race = await made(ada, "race", speed=1.5)
    assert await listed(bob, "&metadata.speed=1.5") == [race["id"]]
    for speed in ("nan", "inf", "-Infinity"):
        assert await listed(bob, f"&metadata.speed={speed}") == []


async def test_options_that_lists_would_have_to_show_are_short(ada: Person) -> None:
    status, answer = await call(ada, "post", "games/", {"game": "race", "plaque": "x" * 5000})
    assert (status, answer["code"]) == (422, "invalid_options")
    assert (await made(ada, "race", plaque="x" * 3000))["metadata"]["plaque"] == "x" * 3000


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("open=1&metadata.colour=red", "metadata.colour"),
        ("open=1&metadata.points__gt=1", "metadata.points__gt"),
        ("open=1&game=meeting&metadata.teaches=true", "metadata.teaches"),
        ("metadata.points=20", "open"),
        ("open=1&mine=1", "open"),
        ("open=1&state=active", "open"),
        ("open=1&game=poker", "game"),
    ],
)
async def test_a_filter_that_no_room_can_have_is_refused_by_its_name(
    ada: Person, query: str, field: str
) -> None:
    status, answer = await call(ada, "get", f"games/?{query}")
    assert (status, list(answer["errors"])) == (422, [field])


async def test_the_list_goes_on_by_cursor(ada: Person, bob: Person) -> None:
    rooms = [(await made(ada))["id"] for _ in range(3)]
    _, first = await call(bob, "get", "games/?open=1&limit=2&metadata.kind=cards")
    _, second = await call(bob, "get", first["next"].partition("/api/")[2])
    found = [room["id"] for page in (first, second) for room in page["results"]]
    assert (found, second["next"]) == (rooms[::-1], None)


async def test_a_private_room_is_joined_by_its_code_in_any_case(ada: Person, bob: Person) -> None:
    room = await made(ada, private=True, seats=2)
    assert len(room["code"]) == 8
    status, joined = await call(bob, "post", f"games/{room['code'].lower()}/join/")
    assert (status, joined["id"], joined["side"]) == (200, room["id"], "seat_2")
    assert (await made(ada))["code"] is None


async def test_the_code_of_a_game_that_is_over_is_good_for_nothing(ada: Person, bob: Person) -> None:
    room = await made(ada, private=True)
    await Game.objects.filter(pk=room["id"]).aupdate(state=Game.State.ABANDONED)
    status, answer = await call(bob, "post", f"games/{room['code']}/join/")
    assert (status, answer["code"]) == (404, "unknown_match")
    assert (await call(ada, "get", f"games/{room['id']}/"))[1]["code"] is None


async def test_codes_cannot_be_tried_out(ada: Person, settings: Any) -> None:
    settings.UNLIMITED_ADDRESSES = []
    answers: list[int] = []
    # More than are allowed at once: tries are allowed again while a slow machine makes these.
    while len(answers) < 60 and 429 not in answers:
        answers.append((await call(ada, "post", f"games/WRONG{len(answers)}/join/"))[0])
    assert (set(answers[:20]), answers[-1]) == ({404}, 429)


# The list over a socket.


async def watch(person: Person, query: str = "") -> Player:
    await worker.current().part(Lister).idle()
    return await Player(application, f"/ws/rooms/{query}", token=person.token).enter()


async def test_a_watcher_hears_of_a_room_while_it_can_be_joined(
    ada: Person, bob: Person, cyd: Person
) -> None:
    before = await made(ada, points=20)
    watcher = await watch(cyd)
    [listed_first] = (await watcher.hear("open_rooms"))["rooms"]
    assert listed_first["id"] == before["id"]
    room = await made(ada, fast=True, seats=3)
    heard = (await watcher.hear("room_listed"))["room"]
    for name in ("id", "game", "title", "mode", "metadata", "seats", "free_seats"):
        assert heard[name] == room[name]
    assert heard["players"] == [{"id": ada.id, "username": ada.name}]
    await call(bob, "post", f"games/{room['id']}/join/")
    again = (await watcher.hear("room_listed"))["room"]
    assert (again["id"], again["free_seats"]) == (room["id"], 1)
    await call(cyd, "post", f"games/{room['id']}/join/")
    # A room may be listed more than once in the meantime.
    assert (await watcher.hear_until("room_unlisted"))["id"] == room["id"]
    await call(bob, "post", f"games/{before['id']}/join/")
    assert (await watcher.hear_until("room_unlisted"))["id"] == before["id"]


async def test_a_private_room_is_told_to_nobody_and_a_full_one_to_nobody_new(
    ada: Person, bob: Person, cyd: Person
) -> None:
    watcher = await watch(cyd)
    assert (await watcher.hear("open_rooms"))["rooms"] == []
    private = await made(ada, private=True, seats=3)
    await call(bob, "post", f"games/{private['code']}/join/")
    await made(ada, seats=2, bots=[1])
    public = await made(ada)
    assert (await watcher.hear("room_listed"))["room"]["id"] == public["id"]


async def test_a_room_whose_seat_is_free_again_is_told_of(ada: Person, bob: Person, cyd: Person) -> None:
    room = await made(ada, "meeting", seats=2)
    await call(bob, "post", f"games/{room['id']}/join/")
    await Game.objects.filter(pk=room["id"]).aupdate(state=Game.State.ACTIVE)
    watcher = await watch(cyd)
    assert (await watcher.hear("open_rooms"))["rooms"] == []
    game_id = UUID(room["id"])
    await in_database(
        services.note_playing, game_id=game_id, user_id=bob.id, is_playing=False, is_offered=True
    )
    assert (await watcher.hear("room_listed"))["room"]["free_seats"] == 1
    ending = services.without_rules("operator", seats=2)
    row = await Game.objects.aget(pk=room["id"])
    await in_database(services.finish, game_id=row.pk, epoch=row.epoch, seq=1, ending=ending)
    assert (await watcher.hear("room_unlisted"))["id"] == room["id"]


async def test_a_watcher_hears_only_of_what_the_filter_lets_through(ada: Person, bob: Person) -> None:
    short = await made(ada, points=20)
    watcher = await watch(bob, "?game=bridge&metadata.points=20&metadata.kind=cards")
    assert [room["id"] for room in (await watcher.hear("open_rooms"))["rooms"]] == [short["id"]]
    await made(ada, "meeting", points=20)
    await made(ada, points=30)
    wanted = await made(ada, points=20)
    assert (await watcher.hear("room_listed"))["room"]["id"] == wanted["id"]


@pytest.mark.parametrize(
    "query", ["?game=poker", "?metadata.colour=red", "?game=meeting&metadata.points__gt=1"]
)
async def test_a_list_of_rooms_that_cannot_be_is_refused(ada: Person, query: str) -> None:
    assert await (await watch(ada, query)).closed() == 4400
