"""Captures: permissions, contests, and effects on the world."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.refusals import Refusal
from realtime import publishing
from realtime.worker import Worker
from tests.locks import let_the_other_come
from world.models import Faction, WorldEvent, WorldState
from world.shards import live, rules, services
from world.shards.models import Shard
from world.tests.adventurers import Adventurer, Places, hear_of, in_database


@pytest.fixture
def shards(places: Places) -> list[Shard]:
    """Three shards: two at the ford, one in Dawnguard's home."""
    return [
        Shard.objects.create(name=f"Shard {number}", location=place)
        for number, place in enumerate((places.ford, places.ford, places.dawn))
    ]


def capture(who: Adventurer, shard: Any) -> None:
    services.begin_capture(user_id=who.id, shard_id=shard.pk)


def make_due(shard: Any) -> None:
    Shard.objects.filter(pk=shard.pk, due_at__isnull=False).update(due_at=timezone.now())


def listed(who: Adventurer) -> dict[Any, Any]:
    answer = who.api.get("/api/world/shards")
    assert answer.status_code == 200
    return {shard["id"]: shard for shard in answer.json()}


def finish(shard: Any) -> None:
    make_due(shard)
    live.look_after_captures()


async def test_a_shard_is_captured_when_the_channel_is_over_and_the_whole_world_hears(
    shards: list[Shard],
    ada: Adventurer,
    bob: Adventurer,
    places: Places,
    here: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "CHANNEL", timedelta(minutes=8))
    one = await ada.enter()
    await in_database(bob.move_to, places.tide)
    other = await bob.enter()
    await one.send(type="shard_captured", shard_id=shards[0].pk)
    began = await hear_of("shard_status", one, other)
    assert began[0] == began[1]
    assert began[0]["status"] == "channelling"
    assert began[0]["shard"]["capture"]["character_id"] == ada.character_id
    assert 7 * 60 < began[0]["shard"]["capture"]["remaining_s"] <= 8 * 60
    assert (await in_database(listed, bob))[shards[0].pk]["capture"]["faction"] == "Dawnguard"
    # Without a request: the worker's background task finds what is due.
    await in_database(make_due, shards[0])
    held = await hear_of("shard_captured", one, other)
    assert held[0] == held[1]
    assert (held[0]["faction"], held[0]["previous_faction"]) == ("Dawnguard", None)
    assert held[0]["shard_name"] == held[0]["name"] == shards[0].name
    after = (await in_database(listed, bob))[shards[0].pk]
    assert (after["faction"], after["capture"]) == ("Dawnguard", None)
    again = await bob.enter()
    assert again.world["factions"][0]["shards"] == 1
    await other.closed()
    refusals = {shards[0].pk: "already_yours", shards[2].pk: "not_here", 2**53: "unknown_shard"}
    for shard_id, code in refusals.items():
        await one.send(type="shard_captured", shard_id=shard_id)
        assert (await one.hear_until("error"))["code"] == code


@pytest.mark.django_db
def test_who_looks_again_at_what_another_worker_has_seen_to_brings_no_capture_forward(
    shards: list[Shard], ada: Adventurer
) -> None:
    ada.enter_play()
    capture(ada, shards[0])
    services.settle(shard_id=shards[0].pk)
    assert listed(ada)[shards[0].pk]["faction"] is None
    assert listed(ada)[shards[0].pk]["capture"]["character_id"] == ada.character_id


@pytest.mark.django_db
def test_an_enemy_who_stands_by_holds_a_capture_up_until_they_leave(
    shards: list[Shard],
    ada: Adventurer,
    bob: Adventurer,
    places: Places,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    ada.enter_play()
    capture(ada, shards[0])
    Shard.objects.filter(captor=ada.character_id).update(due_at=timezone.now() + timedelta(minutes=3))
    with telling() as told:
        bob.enter_play()
        live.look_after_captures()
    assert told[-1].status == "contested"
    shard = Shard.objects.get(pk=shards[0].pk)
    assert shard.due_at is None
    assert timedelta(minutes=2) < shard.remaining <= timedelta(minutes=3)
    with telling() as told:
        live.look_after_captures()
        bob.walk(places.tide)
        live.look_after_captures()
    assert [event.status for event in told if hasattr(event, "status")] == ["channelling"]
    assert Shard.objects.get(pk=shard.pk).due_at <= timezone.now() + timedelta(minutes=3)
    finish(shard)
    assert Shard.objects.get(pk=shard.pk).faction.name == "Dawnguard"


@pytest.mark.django_db
def test_a_capture_that_begins_under_enemy_eyes_does_not_run(
    shards: list[Shard], ada: Adventurer, bob: Adventurer, cyd: Adventurer
) -> None:
    for one in (ada, bob, cyd):
        one.enter_play()
    capture(ada, shards[0])
    assert listed(bob)[shards[0].pk]["capture"]["contested"] is True
    bob.leave_play()
    live.look_after_captures()
    assert listed(bob)[shards[0].pk]["capture"]["contested"] is False


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["walks", "disconnects"])
def test_a_captor_who_goes_captures_nothing(
    shards: list[Shard],
    ada: Adventurer,
    places: Places,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
    how: str,
) -> None:
    ada.enter_play()
    capture(ada, shards[0])
    with telling() as told:
        if how == "walks":
            ada.walk(places.dawn)
        else:
            ada.leave_play()
        live.look_after_captures()
    assert [event.status for event in told if hasattr(event, "status")] == ["broken"]
    finish(shards[0])
    assert listed(ada)[shards[0].pk]["faction"] is None


@pytest.mark.django_db
def test_at_the_last_moment_an_enemy_still_holds_it_up_and_a_captor_who_is_gone_gets_nothing(
    shards: list[Shard], ada: Adventurer, bob: Adventurer
) -> None:
    ada.enter_play()
    capture(ada, shards[0])
    bob.enter_play()
    finish(shards[0])
    shard = Shard.objects.get(pk=shards[0].pk)
    assert (shard.faction, shard.due_at) == (None, None)
    bob.leave_play()
    live.look_after_captures()
    ada.leave_play()
    finish(shards[0])
    shard.refresh_from_db()
    assert (shard.faction, shard.captor, shard.channel) == (None, None, None)


@pytest.mark.django_db
def test_one_at_a_time(
    shards: list[Shard],
    ada: Adventurer,
    cyd: Adventurer,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    ada.enter_play()
    cyd.enter_play()
    capture(ada, shards[0])
    with telling() as told:
        capture(ada, shards[0])
    assert told == []
    for who, shard, code in ((ada, shards[1], "already_capturing"), (cyd, shards[0], "shard_contested")):
        with pytest.raises(Refusal) as refusal:
            capture(who, shard)
        assert refusal.value.code == code


@pytest.mark.django_db
def test_more_than_half_shifts_reality_and_all_bring_the_fall(
    shards: list[Shard],
    ada: Adventurer,
    places: Places,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    ada.enter_play()
    told = []
    for shard in shards:
        if shard is shards[2]:
            ada.walk(places.dawn)
        capture(ada, shard)
        with telling() as heard:
            finish(shard)
        told.append([type(event).__name__ for event in heard])
    assert told == [["ShardCaptured"], ["ShardCaptured", "RealityShift"], ["ShardCaptured", "Aetherfall"]]
    state = WorldState.objects.get()
    assert (state.epoch, state.current_reality) == (2, None)
    # Scattered, but never to a place where characters respawn.
    assert set(Shard.objects.values_list("faction", "location")) == {(None, places.ford.pk)}
    kinds = list(WorldEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["shard_captured"] * 2 + ["reality_shift", "shard_captured", "aetherfall"]
    assert WorldEvent.objects.last().detail["epoch"] == 2


@pytest.mark.django_db
def test_reality_stays_until_somebody_else_holds_more_than_half(
    shards: list[Shard],
    ada: Adventurer,
    bob: Adventurer,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    Shard.objects.update(faction=Faction.objects.get(name="Dawnguard"))
    WorldState.objects.create(current_reality=Faction.objects.get(name="Dawnguard"))
    bob.enter_play()
    shifts = []
    for shard in shards[:2]:
        capture(bob, shard)
        with telling() as told:
            finish(shard)
        shifts += [event for event in told if type(event).__name__ == "RealityShift"]
    (shift,) = shifts
    assert (shift.previous_faction, shift.faction) == ("Dawnguard", "Tideborn")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_the_same_moment_give_a_shard_once(
    shards: list[Shard], ada: Adventurer, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    ada.enter_play()
    capture(ada, shards[0])
    make_due(shards[0])
    at_once([lambda: services.settle(shard_id=shards[0].pk)] * 6)
    assert listed(ada)[shards[0].pk]["faction"] == "Dawnguard"
    assert WorldEvent.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_who_captures_a_shard_at_the_moment_it_is_given_takes_it_from_who_has_it_now(
    shards: list[Shard],
    ada: Adventurer,
    bob: Adventurer,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(publishing, "_publish_from_outside", heard.append)
    ada.enter_play()
    capture(ada, shards[0])
    make_due(shards[0])
    is_given, is_asked_for = Event(), Event()

    def give(*args: Any) -> None:
        turn_the_world(*args)
        is_given.set()
        let_the_other_come(is_asked_for)

    def come_and_capture() -> None:
        assert is_given.wait(timeout=60)
        bob.enter_play()
        capture(bob, shards[0])
        is_asked_for.set()

    turn_the_world = services._update_world
    monkeypatch.setattr(services, "_update_world", give)
    assert at_once([live.look_after_captures, come_and_capture]) == [None, None]
    (told,) = [event.shard for event in heard if getattr(event, "status", "") == "contested"]
    assert (told.capture.faction, told.faction) == ("Tideborn", "Dawnguard")
