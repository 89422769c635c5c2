"""Characters, over HTTP and over the socket."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from pytest_django import DjangoAssertNumQueries

from core.database import in_database
from progression import services as progression
from realtime.worker import Worker
from world import services
from world.models import Character, Faction, Location, Visit
from world.services import MAX_CHARACTERS
from world.tests.conftest import Person, place

pytestmark = pytest.mark.django_db
with_sockets = pytest.mark.django_db(transaction=True)


def test_a_character_begins_at_its_factions_home(ada: Person) -> None:
    made = ada.call("post", "characters", {"name": "Zoe", "faction": "Rootkin"})
    assert made.status_code == 201
    assert made.json()["location_id"] == place("Mossheart")
    assert made.json()["health"] == made.json()["max_health"]
    listed = ada.call("get", "characters").json()
    assert [(one["name"], one["selected"]) for one in listed] == [("Ada", True), ("Zoe", False)]


def test_names_are_unique_and_readable_and_factions_are_there(ada: Person) -> None:
    Faction.objects.create(name="Exiles", colour="#808080")
    for body, answer in (
        ({"name": "Zoe", "faction": "Exiles"}, (409, "no_home")),
        ({"name": "aDA", "faction": "Rootkin"}, (409, "character_name_taken")),
        ({"name": "Zoe", "faction": "Nobody"}, (422, "unknown_faction")),
        ({"name": "Zo", "faction": "Rootkin"}, (422, "invalid")),
        ({"name": "Z\u202eoe", "faction": "Rootkin"}, (422, "invalid")),
        ({"name": "Zoe", "faction": ""}, (422, "invalid")),
        ({"faction": "Rootkin"}, (422, "invalid")),
        ({"name": 7, "faction": "Rootkin"}, (422, "invalid")),
    ):
        refused = ada.call("post", "characters", body)
        assert (refused.status_code, refused.json()["code"]) == answer
    assert Character.objects.count() == 1


@with_sockets
def test_nobody_has_too_many_even_when_all_are_made_at_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    def make(number: int) -> Callable[[], Any]:
        return lambda: ada.call("post", "characters", {"name": f"Ada {number}", "faction": "Rootkin"})

    answers = at_once([make(number) for number in range(9)])
    assert sum(answer.status_code == 201 for answer in answers) == MAX_CHARACTERS - 1
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {answer.json()["code"] for answer in refused} == {"too_many_characters"}
    assert Character.objects.filter(owner=ada.id).count() == MAX_CHARACTERS


def test_a_character_made_twice_with_one_key_is_made_once(ada: Person) -> None:
    body = {"name": "Zoe", "faction": "Rootkin"}
    first, again = (
        ada.call("post", "characters", body, **cast(Any, {"headers": {"Idempotency-Key": "one"}}))
        for _ in range(2)
    )
    assert first.content == again.content
    assert Character.objects.filter(name="Zoe").count() == 1


def test_only_ones_own_can_be_selected_and_deleted(ada: Person, bob: Person) -> None:
    for answer in (
        ada.call("post", "characters/select", {"character_id": bob.character_id}),
        ada.call("delete", f"characters/{bob.character_id}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_character")
    assert Character.objects.filter(pk=bob.character_id, is_selected=True).exists()


@with_sockets
async def test_selecting_another_while_playing_changes_who_is_seen(
    here: Worker, ada: Person, bob: Person
) -> None:
    player, watcher = await ada.enter(), await bob.enter()
    await player.hear("player_joined_area")
    await player.send(type="character_create", name="Zoe", faction="Rootkin", id=1)
    zoe = await player.hear("character_create")
    assert zoe["ref"] == 1
    await player.send(type="character_select", character_id=zoe["character"]["id"])
    left = await watcher.hear_until("player_left_area")
    assert (left["character_id"], left["reason"]) == (ada.character_id, "deselected")
    assert (await player.hear_until("area_state"))["area"]["location_id"] == await in_database(
        place, "Mossheart"
    )
    await player.send(type="character_list")
    listed = (await player.hear("character_list"))["characters"]
    assert [(one["name"], one["selected"]) for one in listed] == [("Ada", False), ("Zoe", True)]


@with_sockets
async def test_nobody_comes_and_goes_all_the_time_by_selecting_one_character_after_the_other(
    here: Worker, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SELECTIONS_WINDOW_S", 600.0)
    player, watcher = await ada.enter(), await bob.enter()
    await player.send(type="character_create", name="Zoe", faction="Rootkin")
    zoe = (await player.hear_until("character_create"))["character"]["id"]
    for _ in range(services.MAX_SELECTIONS):
        for character_id in (zoe, ada.character_id):
            await player.send(type="character_select", character_id=character_id)
    assert (await player.hear_until("error"))["code"] == "rate_limited"
    refused = await in_database(ada.call, "post", "characters/select", {"character_id": zoe})
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    await watcher.send(type="ping", id="now")
    heard = []
    while (frame := await watcher.hear())["type"] != "pong":
        heard.append(frame["type"])
    assert heard.count("player_left_area") <= services.MAX_SELECTIONS


@with_sockets
async def test_selecting_over_the_route_moves_the_open_socket(here: Worker, ada: Person) -> None:
    player = await ada.enter()
    made = await in_database(ada.call, "post", "characters", {"name": "Zoe", "faction": "Rootkin"})
    await in_database(ada.call, "post", "characters/select", {"character_id": made.json()["id"]})
    state = await player.hear_until("area_state")
    assert [one["character_name"] for one in state["area"]["members"]] == ["Zoe"]


@with_sockets
async def test_a_deleted_character_leaves_the_world(here: Worker, ada: Person, bob: Person) -> None:
    player, watcher = await ada.enter(), await bob.enter()
    await player.send(type="character_delete", character_id=ada.character_id)
    assert (await player.hear_until("character_delete"))["character_id"] == ada.character_id
    assert (await player.hear_until("area_state"))["area"] is None
    assert (await watcher.hear_until("player_left_area"))["reason"] == "deleted"
    for command in ({"type": "chat", "content": "hi"}, {"type": "move", "position": {}}):
        await player.send(**command)
        assert await player.refused() == "no_character"
    assert (await in_database(Visit.objects.get, user=ada.id)).character_id is None


@with_sockets
async def test_whoever_is_elsewhere_is_not_looked_at(here: Worker, ada: Person, cyd: Person) -> None:
    player = await ada.enter()
    await cyd.enter()
    await player.send(type="character_update", character_id=cyd.character_id)
    assert await player.refused() == "unknown_character"


@with_sockets
async def test_level_and_most_health_are_the_owners(here: Worker, ada: Person) -> None:
    await in_database(lambda: progression.grant(ada.id, xp=700, cause="test"))
    state = await (await ada.knock()).hear("world_state")
    assert state["you"]["level"] == 4
    assert state["you"]["health"] < state["you"]["max_health"]


def test_erasing_a_person_deletes_their_characters(ada: Person) -> None:
    assert [one["name"] for one in ada.call("get", "me/export").json()["characters"]] == ["Ada"]
    assert ada.call("delete", "me").status_code == 204
    assert not Character.objects.exists()


def test_the_state_of_the_world_is_readable_over_rest(ada: Person) -> None:
    state = ada.call("get", "world/state").json()
    assert state.keys() == {"current_reality", "epoch", "factions", "locations", "online"}
    paths = {one["id"]: one["paths"] for one in state["locations"]}
    assert all(one in paths[other] for one, others in paths.items() for other in others)
    assert len(paths) == Location.objects.count() == 10


def test_reading_the_world_over_http_takes_few_queries(
    ada: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada.call("get", "characters")

    for path, queries in (("characters", 2), ("world/state", 5), ("world/shards", 1), ("world/events", 1)):
        with django_assert_num_queries(queries):
            assert ada.call("get", path).status_code == 200
