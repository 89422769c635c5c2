"""The studio's app by the doors that clients and operators use."""

import asyncio
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.server_keys import services as server_keys
from accounts.server_keys.models import ServerKey
from core import outbox
from core.database import in_database
from gameplatform.extend import grant
from progression import ledger
from progression.models import Curve, Item
from studio import economy
from studio.models import Lap, Licence, Track
from webhooks import selectors as webhooks
from webhooks.models import Delivery, Endpoint, LoggedEvent


async def play(ada, bob):
    """Let Ada win a game against Bob."""
    game = (await ada.post("/api/games/", game="studio", private=True)).json()
    await bob.post(f"/api/games/{game['id']}/join/")
    sockets = [await person.enter(game["id"]) for person in (ada, bob)]
    for socket in sockets:
        await socket.send(type="player_ready")
    for socket in sockets:
        await socket.hear_until("game_start")
    await sockets[0].send(type="player_move", movement={"number": 3})
    seen = await sockets[1].hear_until("player_move")
    assert seen["view"]["total"] == 3
    for seat, number in ((1, 1), (0, 3), (1, 1), (0, 2)):
        await sockets[seat].send(type="player_move", movement={"number": number})
        await sockets[1 - seat].hear_until("player_move")
    return await sockets[0].hear_until("game_over")


async def paid_to(person):
    entries = (await person.get("/api/player/ledger")).json()["results"]
    return [entry["amount"] for entry in entries if entry["cause"] == "studio: win"]


async def test_a_game_counts_for_the_licence_and_pays_the_winner(ada, bob):
    await play(ada, bob)

    assert [one.games async for one in Licence.objects.order_by("pk")] == [1, 1]
    async with asyncio.timeout(30):
        while not (paid := await paid_to(ada)):
            await in_database(outbox.call_due)
    assert paid == [7]


async def test_the_winner_is_paid_in_the_studios_currency_which_tunes_cars_and_becomes_gems(ada, bob):
    over = await play(ada, bob)
    first, second = over["rewards"]
    assert (first["user_id"], first["xp"], first["currencies"]) == (ada.id, 20, {"shards": 3})
    assert (second["xp"], "currencies" in second) == (10, False)
    (shards,) = (await ada.get("/api/player/currencies/")).json()
    assert (shards["name"], shards["balance"], shards["tradeable"]) == ("shards", 3, True)

    await ada.put("/api/storage/garages/comet/", value={"level": 1})
    assert (await ada.post("/api/rpc/garages/tune", car="comet")).json() == {"level": 2}
    refused = await ada.post("/api/rpc/garages/tune", car="comet")
    assert (refused.status_code, refused.json()["code"]) == (402, "not_enough_of_currency")
    assert (await bob.post("/api/rpc/garages/tune", car="comet")).json()["code"] == "no_such_car"

    await in_database(lambda: grant(ada.id, shards=10, why="test"))
    assert (await ada.post("/api/shop/conversions/forge")).json()["gems"] == 1
    chest = (await ada.post("/api/shop/conversions/chest")).json()
    assert chest["taken"] == {"gems": 1}
    offered = {one["name"] for one in (await ada.get("/api/shop/conversions/")).json()}
    assert offered == {"forge", "chest", "paint"}
    assert list(await in_database(lambda: list(ledger.audit()))) == []


async def test_operators_edit_what_the_studio_declares_and_use_its_kinds_and_slots(ada):
    def edit():
        call_command("migrate", verbosity=0)
        tuning = Curve.objects.get(name="tuning")
        tuning.first = 9
        tuning.save()
        Item.objects.create(slug="cup", name="Cup", kind="trophy")
        Item.objects.create(slug="grip", name="Grip", kind="gear", slot="gloves", agility=1)
        return tuning.version, economy.tuning.step(1)

    assert await in_database(edit) == (2, 9)


async def test_the_best_laps_of_the_week_are_a_leaderboard(ada, bob):
    for person, ms in ((ada, 31_000), (bob, 29_000), (bob, 40_000)):
        await person.post("/api/studio/laps", ms=ms)

    rows = (await ada.get("/api/leaderboards/fastest-laps/")).json()["results"]
    assert [(row["rank"], row["user"]["username"], row["score"]) for row in rows] == [
        (1, "bob", 29_000),
        (2, "ada", 31_000),
    ]


async def test_events_are_exported_for_analytics(ada):
    await ada.post("/api/studio/laps", ms=31_000)

    def export():
        LoggedEvent.objects.update(at=timezone.now() - timedelta(hours=1))
        lines = StringIO()
        call_command("export_events", type=["lap_driven"], stdout=lines)
        return [json.loads(line) for line in lines.getvalue().splitlines()]

    (lap,) = await in_database(export)
    assert (lap["type"], lap["data"]) == ("lap_driven", {"user_id": ada.id, "ms": 31_000})


async def test_laps_are_recorded_by_rest_and_by_the_socket_and_told_to_all(ada, bob):
    track = await bob.open("/ws/studio/track/")
    assert (await track.hear("track"))["best_ms"] == []

    assert (await ada.post("/api/studio/laps", ms=31_000)).json() == {"username": "ada", "ms": 31_000}
    assert (await track.hear("lap_driven"))["ms"] == 31_000
    await track.send(type="drive_lap", ms=5)
    assert (await track.hear("error"))["code"] == "too_fast"
    await track.send(type="drive_lap", ms=29_000)
    assert (await track.hear("lap_driven"))["user_id"] == bob.id
    best = (await ada.get("/api/studio/laps")).json()
    assert [lap["username"] for lap in best] == ["bob", "ada"]


async def test_other_systems_are_told_of_laps_and_call_by_a_key(ada):
    def prepare():
        Endpoint.objects.create(name="crm", url="https://example.org/", events=["lap_driven"])
        webhooks.refresh()
        return server_keys.issue(ServerKey(name="crm", scopes=["POST /api/studio/"]))

    key = await in_database(prepare)
    client = APIClient(headers={"authorization": f"Key {key}", "x-user-id": str(ada.id)})
    driven = await in_database(client.post, "/api/studio/laps", {"ms": 31_000})

    assert driven.json() == {"username": "ada", "ms": 31_000}
    delivery = await Delivery.objects.aget()
    assert json.loads(delivery.body)["data"] == {"user_id": ada.id, "ms": 31_000}
    assert (await in_database(client.get, "/api/studio/laps")).json()["code"] == "out_of_scope"


async def test_operators_decide_how_fast_a_lap_may_be_and_every_version_is_kept(ada):
    def tune():
        track = Track.objects.create(name="Oval", shortest_ms=10_000)
        track.shortest_ms = 30_000
        track.save()
        return track.version

    assert await in_database(tune) == 2
    assert (await ada.post("/api/studio/laps", ms=29_000)).json()["code"] == "too_fast"


async def test_a_garage_is_stored_by_its_owner_and_seen_by_all(ada, bob):
    await ada.put("/api/storage/garages/first/", value={"level": 3, "car": "Comet"})

    seen = await bob.get(f"/api/storage/garages/first/?owner={ada.id}")
    assert seen.json()["value"] == {"level": 3, "car": "Comet"}
    assert (await bob.delete(f"/api/storage/garages/first/?owner={ada.id}")).status_code in (403, 404)


async def test_slow_laps_are_forgotten_by_a_procedure(ada):
    for ms in (31_000, 99_000):
        await ada.post("/api/studio/laps", ms=ms)

    assert (await ada.post("/api/rpc/laps/forget", over_ms=60_000)).json() == {"laps": 1}


async def test_laps_are_exported_and_erased_with_their_driver(ada):
    def leave():
        guest = APIClient()
        made = guest.post("/api/auth/guest", {}).json()
        guest.credentials(HTTP_AUTHORIZATION=f"Bearer {made['access']}")
        guest.post("/api/studio/laps", {"ms": 32_000})
        exported = guest.get("/api/me/export/").json()["studio_laps"]
        return exported, Lap.objects.count(), guest.delete("/api/me/", {}).status_code

    await ada.post("/api/studio/laps", ms=31_000)
    assert await in_database(leave) == ([32_000], 2, 204)
    assert [lap.user_id async for lap in Lap.objects.all()] == [ada.id]


@pytest.mark.django_db
def test_nobody_passes_for_the_studio():
    refused = APIClient().post("/api/auth/guest", {"username": "Studio_ada"})

    assert (refused.status_code, refused.json()["code"]) == (403, "name_of_the_studio")


@pytest.mark.django_db
def test_support_sees_laps_and_economists_tune_tracks():
    call_command("migrate", verbosity=0)
    codes = {
        role: set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))
        for role in ("support", "economist")
    }

    assert "view_lap" in codes["support"]
    assert {"view_track", "change_track"} <= codes["economist"]
    assert "change_track" not in codes["support"]


@pytest.mark.django_db
def test_the_documents_tell_of_all_of_it(client):
    rest, messages = client.get("/api/openapi.json").json(), client.get("/api/asyncapi.json").json()

    assert rest["info"]["title"] == "Velodrome"
    assert {"/api/studio/laps", "/api/rpc/laps/forget"} <= {path.rstrip("/") for path in rest["paths"]}
    assert not [path for path in rest["paths"] if path.startswith("/api/pets")]
    assert "<title>Velodrome</title>" in client.get("/").content.decode()
    assert "/ws/studio/track/" in {f"{one['address'].rstrip('/')}/" for one in messages["channels"].values()}
