"""Gear, eggs and pets."""

from typing import Any, cast

import pytest

from progression import rules, selectors, services
from progression.models import Pet, Species
from progression.tests.conftest import Person

pytestmark = pytest.mark.usefixtures("audited")


def test_the_inventory_says_what_there_is(ada: Person) -> None:
    sword, berries = ada.given("iron-sword"), ada.given("berries", 3)

    rows = {row["id"]: row for row in ada.get("/api/inventory/")["results"]}

    assert set(rows) == {sword, berries}
    assert rows[berries]["quantity"] == 3
    assert rows[sword] == {
        "id": sword,
        "item_id": rows[sword]["item_id"],
        "name": "Iron sword",
        "description": "",
        "kind": "gear",
        "rarity": "uncommon",
        "slot": "weapon",
        "stats": {"strength": 5, "agility": 0, "intellect": 0, "vitality": 0, "luck": 0},
        "food_xp": 0,
        "quantity": 1,
        "equipped": False,
    }


def test_gear_counts_while_it_is_worn(ada: Person) -> None:
    sword = ada.given("iron-sword")
    assert ada.do(f"/api/inventory/equip/{sword}")["equipped"] is True

    me = ada.me()
    assert (me["equipped"]["weapon"]["id"], me["bonuses"]["strength"]) == (sword, 5)
    assert (me["stats"]["strength"], me["derived"]["attack"]) == (5, 27)
    assert selectors.combat_stats(ada.id).attack == 27

    assert ada.do("/api/inventory/unequip/weapon")["equipped"] is False
    assert (ada.me()["equipped"]["weapon"], ada.me()["derived"]["attack"]) == (None, 17)


def test_what_is_put_on_takes_the_place_of_what_was_worn_there(ada: Person) -> None:
    wooden, iron = ada.given("wooden-sword"), ada.given("iron-sword")

    for sword in (wooden, iron, iron):
        ada.do(f"/api/inventory/equip/{sword}")

    worn = {row["id"]: row["equipped"] for row in ada.get("/api/inventory/")["results"]}
    assert worn == {wooden: False, iron: True}


def test_what_cannot_be_worn_is_refused(ada: Person, bob: Person) -> None:
    berries, bobs = ada.given("berries"), bob.given("iron-sword")

    assert ada.refused(f"/api/inventory/equip/{berries}") == (409, "cannot_be_worn")
    assert ada.refused(f"/api/inventory/equip/{bobs}") == (404, "not_owned")
    assert ada.refused("/api/inventory/equip/999999999999999999999999") == (404, "not_owned")
    assert ada.refused("/api/inventory/unequip/weapon") == (409, "slot_empty")
    assert ada.refused("/api/inventory/unequip/nose") == (409, "slot_empty")


def test_an_egg_becomes_a_pet_by_a_seed_that_is_kept(ada: Person) -> None:
    egg = ada.given("moss-egg")

    pet = ada.do(f"/api/pets/hatch/{egg}")

    stored = Pet.objects.get(pk=pet["id"])
    assert (
        rules.hatch(stored.seed, rules.HATCH_ODDS["uncommon"], selectors.species_by_rarity())
        == pet["species"]
    )
    assert (pet["level"], pet["xp"], pet["equipped"]) == (1, 0, False)
    assert ada.get("/api/pets/")["results"] == [pet]
    assert ada.owns() == {}
    assert ada.refused(f"/api/pets/hatch/{egg}") == (404, "not_owned")


def test_a_hatch_sent_again_with_its_key_is_the_same_pet(ada: Person) -> None:
    egg = ada.given("moss-egg", 2)

    first, again = (
        ada.post(f"/api/pets/hatch/{egg}", **cast(Any, {"Idempotency-Key": "k"})) for _ in range(2)
    )

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Pet.objects.count() == 1


def test_only_eggs_hatch_and_only_ones_own(ada: Person, bob: Person) -> None:
    assert ada.refused(f"/api/pets/hatch/{ada.given('berries')}") == (409, "not_an_egg")
    assert ada.refused(f"/api/pets/hatch/{bob.given('moss-egg')}") == (404, "not_owned")


def test_where_no_pets_are_an_egg_is_kept(ada: Person) -> None:
    Species.objects.all().delete()

    assert ada.refused(f"/api/pets/hatch/{ada.given('moss-egg')}") == (409, "nothing_hatches")
    assert ada.owns() == {"Moss egg": 1}
    assert ada.get("/api/pets/odds")["common"] == {}


def test_the_odds_are_published_as_they_are_with_the_pets_that_there_are(ada: Person) -> None:
    odds = ada.get("/api/pets/odds")
    assert set(odds) == set(rules.RARITIES)
    assert odds["common"]["common"] == 0.75

    Species.objects.exclude(rarity="common").delete()
    assert ada.get("/api/pets/odds")["common"] == {"common": 1.0}


def test_a_pet_that_eats_grows(ada: Person) -> None:
    pet, food = ada.has_pet(), ada.given("roast-fish", 2)

    assert ada.do(f"/api/pets/feed/{pet}", {"item_id": food})["xp"] == 35
    fed = ada.do(f"/api/pets/feed/{pet}", {"item_id": food})

    assert (fed["xp"], fed["level"], fed["level_began_at_xp"], fed["xp_to_next"]) == (70, 2, 40, 50)
    assert ada.owns() == {}


def test_what_is_no_meal_is_refused_and_kept(ada: Person, bob: Person) -> None:
    pet, sword, food = ada.has_pet(), ada.given("iron-sword"), ada.given("berries")

    assert ada.refused(f"/api/pets/feed/{pet}", {"item_id": sword}) == (409, "not_food")
    assert ada.refused(f"/api/pets/feed/{pet}", {"item_id": 10**15}) == (404, "not_owned")
    assert ada.refused(f"/api/pets/feed/{pet}", {}) == (422, "invalid")
    assert ada.refused(f"/api/pets/feed/{bob.has_pet()}", {"item_id": food}) == (404, "not_owned")
    curve = rules.Growth().pet
    Pet.objects.filter(pk=pet).update(xp=curve.begins_at(curve.highest))
    assert ada.refused(f"/api/pets/feed/{pet}", {"item_id": food}) == (409, "fully_grown")
    assert ada.owns() == {"Iron sword": 1, "Berries": 1}


def test_a_set_of_three_fights_along_and_a_fourth_takes_the_place_of_the_first(ada: Person) -> None:
    pets = [ada.has_pet() for _ in range(4)]

    for pet in pets[:3]:
        ada.do(f"/api/pets/equip/{pet}")
    assert [pet["id"] for pet in ada.me()["pet_set"]] == pets[:3]
    # Three foxes with agility 2, plus 25 % for one family.
    assert ada.me()["bonuses"]["agility"] == 6

    assert ada.do(f"/api/pets/equip/{pets[3]}")["place"] == 3
    assert [pet["id"] for pet in ada.me()["pet_set"]] == pets[1:]
    assert ada.do(f"/api/pets/equip/{pets[1]}")["place"] == 1


def test_a_pet_leaves_the_set_and_the_others_move_up(ada: Person, bob: Person) -> None:
    pets = [ada.has_pet() for _ in range(3)]
    for pet in pets:
        ada.do(f"/api/pets/equip/{pet}")

    assert ada.do(f"/api/pets/unequip/{pets[0]}")["equipped"] is False

    assert [(pet["id"], pet["place"]) for pet in ada.me()["pet_set"]] == [(pets[1], 1), (pets[2], 2)]
    assert ada.refused(f"/api/pets/unequip/{pets[0]}") == (409, "not_in_set")
    assert bob.refused(f"/api/pets/unequip/{pets[1]}") == (404, "not_owned")
    assert bob.refused(f"/api/pets/equip/{pets[1]}") == (404, "not_owned")


def test_an_item_is_used_up_once_under_one_key(ada: Person) -> None:
    berries = ada.given("berries", 3)

    for _ in range(2):
        assert (
            services.consume_item(ada.id, stack_id=berries, quantity=2, cause="combat", key="turn 7").name
            == "Berries"
        )

    assert ada.owns() == {"Berries": 1}
