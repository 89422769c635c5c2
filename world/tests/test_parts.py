"""Demo data, admin and personal data of fights, shards and trades."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from world.combat import services as combat
from world.combat.models import Ability, Combat, Remedy
from world.models import Character, Faction, Location, WorldEvent
from world.shards import services as shards
from world.shards.models import Shard
from world.tests.adventurers import Adventurer, Places, adventurer, places, starting_level  # noqa: F401
from world.trading import services as trading
from world.trading.models import Trade

pytestmark = pytest.mark.django_db

CONTENT = (Faction, Location, Ability, Remedy, Shard)


def content() -> Any:
    return [list(model.objects.order_by("pk").values()) for model in CONTENT]


def test_the_demo_world_is_laid_once_and_can_be_taken_away(development: None) -> None:
    call_command("seed_demo", verbosity=0)
    before = content()
    assert [bool(rows) for rows in before] == [True] * len(CONTENT)
    assert not Shard.objects.filter(location__respawn=True).exists()
    call_command("seed_demo", verbosity=0)
    assert content() == before
    call_command("seed_demo", "--only-clear", verbosity=0)
    assert content() == [[]] * len(CONTENT)


@pytest.fixture
def story(adventurer: Callable[..., Adventurer], places: Places) -> tuple[Adventurer, Adventurer]:  # noqa: F811
    """Ada has fought Bob, traded with him and captured a shard."""
    ada, bob = adventurer("ada", "Dawnguard", level=3), adventurer("bob", "Tideborn", level=3)
    ada.enter_play()
    bob.enter_play()
    trading.request(user_id=ada.id, to_user_id=bob.id)
    trade = Trade.objects.get()
    trading.accept(user_id=bob.id, trade_id=trade.pk)
    trading.offer(user_id=ada.id, trade_id=trade.pk, gold=7, items=[])
    for one in (ada, bob):
        trading.confirm(user_id=one.id, trade_id=trade.pk, version=1)
    combat.start(user_id=ada.id, target_id=bob.character_id)
    bob.walk(places.tide)
    shard = Shard.objects.create(name="Shard", location=places.ford)
    shards.begin_capture(user_id=ada.id, shard_id=shard.pk)
    Shard.objects.update(due_at=timezone.now())
    shards.settle(shard_id=shard.pk)
    return ada, bob


def test_an_operator_sees_it_all(story: tuple[Adventurer, Adventurer], client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", "root@example.org", "testpass123"))
    for model in (Ability, Remedy, Combat, Shard, Trade):
        name = model._meta.model_name
        assert client.get(f"/admin/{model._meta.app_label}/{name}/").status_code == 200
        first = model.objects.first()
        if first is not None:
            assert client.get(f"/admin/{model._meta.app_label}/{name}/{first.pk}/change/").status_code == 200
    page = client.post(
        "/admin/combat/ability/add/",
        {"name": "gust", "title": "Gust", "kind": "damage", "power": 0, "cooldown_ms": 0, "stamina_cost": 0},
    )
    assert page.status_code == 200
    assert not Ability.objects.exists()


def test_a_character_that_was_deleted_has_no_part_in_it_either(story: tuple[Adventurer, Adventurer]) -> None:
    ada, bob = story
    assert ada.api.delete(f"/api/characters/{ada.character_id}").status_code == 204
    accounts.erase(User.objects.get(pk=ada.id))
    assert "Ada" not in str(bob.api.get("/api/world/events").json())


def test_a_person_can_have_their_part_of_it_and_have_it_forgotten(
    story: tuple[Adventurer, Adventurer],
) -> None:
    ada, bob = story
    export = ada.api.get("/api/me/export/").json()
    assert [(fight["defender"], fight["won"]) for fight in export["combats"]] == [("Bob", True)]
    assert [(trade["gold"], trade["items"]) for trade in export["trades"]] == [(7, [])]
    accounts.erase(User.objects.get(pk=ada.id))
    assert not Character.objects.filter(name="Ada").exists()
    (remembered,) = WorldEvent.objects.filter(kind="shard_captured")
    assert (remembered.detail["character_id"], remembered.detail["character_name"]) == (None, "")
    assert bob.gold() == 107
    assert "Ada" not in str(bob.api.get("/api/world/events").json())
