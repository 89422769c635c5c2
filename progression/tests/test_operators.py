"""Content editing, grants by operators, demo data and personal data."""

import re
import uuid
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import ContentVersion
from progression import ledger, seeding, services
from progression.models import Entry, Item, Offer, Pet, Player, Species, Stack
from progression.tests.conftest import Person

User = get_user_model()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "gear"},
        {"kind": "food"},
        {"kind": "food", "food_xp": 5, "slot": "head"},
        {"kind": "egg", "food_xp": 5},
        {"kind": "toy"},
        {"kind": "egg", "rarity": "unheard of"},
        {"kind": "egg", "name": "Berries"},
    ],
)
def test_an_item_that_makes_no_sense_is_not_saved(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Item.objects.create(**{"slug": "new", "name": "New", **fields})


@pytest.mark.parametrize("fields", [{"price": 0}, {"price": 1, "currency": "shells"}, {"price": -1}])
def test_an_offer_that_makes_no_sense_is_not_saved(items: dict[str, int], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Offer.objects.create(item_id=items["iron-ore"], **fields)


def test_what_players_own_cannot_become_something_else(ada: Person) -> None:
    ada.given("iron-sword")
    sword = Item.objects.get(slug="iron-sword")

    sword.strength = 6
    sword.save()
    sword.slot = "head"
    with pytest.raises(ValidationError):
        sword.save()


def test_the_slug_that_drop_tables_and_remedies_go_by_stays(
    admin_client: Client, items: dict[str, int]
) -> None:
    berries = Item.objects.get(slug="berries")
    form = {"slug": "sour", "name": "Sour", "kind": "food", "rarity": "common", "food_xp": 5}
    stats = dict.fromkeys(berries.stats._fields, 0)
    page = admin_client.post(f"/admin/progression/item/{berries.pk}/change/", form | stats)
    assert (page.status_code, "slug can no longer change" in page.content.decode()) == (200, True)
    assert Item.objects.get(pk=berries.pk).name == "Berries"


def test_the_content_to_begin_with_makes_sense() -> None:
    for one in (*Item.objects.all(), *Species.objects.all(), *Offer.objects.all()):
        one.full_clean()


def test_every_list_and_form_of_the_admin_opens(admin_client: Client, ada: Person) -> None:
    ada.given("iron-sword")
    ada.has_pet()
    for model, found in (
        ("item", Item.objects.first()),
        ("species", Species.objects.first()),
        ("offer", Offer.objects.first()),
        ("player", Player.objects.first()),
        ("entry", Entry.objects.first()),
    ):
        assert admin_client.get(f"/admin/progression/{model}/").status_code == 200
        assert admin_client.get(f"/admin/progression/{model}/{found.pk}/change/").status_code == 200


def test_a_change_of_price_does_not_put_sold_items_back(
    admin_client: Client, ada: Person, items: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    crown = items["crown-of-ages"]
    form = {"item": crown, "price": 7, "currency": "gold", "stock": 5, "initial-stock": 5, "is_open": "on"}
    full_clean = Offer.full_clean

    def sold_meanwhile(offer: Any, *args: Any, **kwargs: Any) -> None:
        full_clean(offer, *args, **kwargs)
        Offer.objects.filter(pk=crown).update(stock=1)

    monkeypatch.setattr(Offer, "full_clean", sold_meanwhile)
    admin_client.post(f"/admin/progression/offer/{crown}/change/", form)

    assert (Offer.objects.get(pk=crown).price, Offer.objects.get(pk=crown).stock) == (7, 1)


def test_what_is_sold_while_the_form_is_open_stays_sold(admin_client: Client, items: dict[str, int]) -> None:
    crown = items["crown-of-ages"]
    page = admin_client.get(f"/admin/progression/offer/{crown}/change/")
    shown = {field.html_name: field.value() for field in page.context["adminform"].form if field.value()}
    brought = dict(
        re.findall(r'<input type="hidden" name="(initial-\w+)" value="(\d+)"', page.content.decode())
    )
    assert shown["stock"] == 5
    Offer.objects.filter(pk=crown).update(stock=1)

    admin_client.post(f"/admin/progression/offer/{crown}/change/", {**shown, **brought, "price": 7})
    assert Offer.objects.values_list("price", "stock").get(pk=crown) == (7, 1)

    admin_client.post(f"/admin/progression/offer/{crown}/change/", {**shown, **brought, "stock": 20})
    assert Offer.objects.get(pk=crown).stock == 20


def test_an_offer_stays_that_of_its_item(admin_client: Client, items: dict[str, int]) -> None:
    crown, ore = items["crown-of-ages"], items["iron-ore"]
    form = {"item": ore, "price": 7, "currency": "gold", "is_open": "on"}

    assert admin_client.post(f"/admin/progression/offer/{crown}/change/", form).status_code == 302
    assert Offer.objects.get(pk=crown).price == 7
    assert not Offer.objects.filter(pk=ore).exists()

    assert admin_client.post("/admin/progression/offer/add/", form).status_code == 302
    assert Offer.objects.get(pk=ore).price == 7


def test_what_an_operator_gives_is_in_the_books_once(
    admin_client: Client, ada: Person, items: dict[str, int], audited: Any
) -> None:
    ada.me()
    form = {
        "give_xp": 100,
        "give_gold": 50,
        "give_gems": 3,
        "give_item": items["berries"],
        "reason": "lost to a fault",
        "key": str(uuid.uuid4()),
        **{
            f"{rows}-{field}": 0
            for rows in ("balances", "stacks", "pets")
            for field in ("TOTAL_FORMS", "INITIAL_FORMS")
        },
    }

    for _ in range(2):
        answer = admin_client.post(f"/admin/progression/player/{ada.id}/change/", form)
        assert answer.status_code == 302, answer.content

    assert (ada.me()["level"], ada.me()["gold"], ada.me()["gems"]) == (2, 150, 3)
    assert ada.owns() == {"Berries": 1}
    assert ada.get("/api/player/ledger/")["results"][0]["cause"] == "operator: lost to a fault"


def test_the_books_are_searched_by_cause_and_not_read_to_list_the_causes(
    admin_client: Client, ada: Person
) -> None:
    ada.me()

    with CaptureQueriesContext(connection) as queries:
        page = admin_client.get("/admin/progression/entry/", {"q": "starting"}).content.decode()

    assert "starting_funds" in page
    assert not [query for query in queries if "DISTINCT" in query["sql"]]


def test_an_operator_cannot_edit_the_books(admin_client: Client, ada: Person) -> None:
    ada.me()
    entry = Entry.objects.get()

    assert admin_client.get("/admin/progression/entry/add/").status_code == 403
    assert admin_client.post(f"/admin/progression/entry/{entry.pk}/change/", {}).status_code == 403
    assert admin_client.post(f"/admin/progression/entry/{entry.pk}/delete/", {}).status_code == 403


def test_the_demo_data_is_laid_once_and_taken_away_again(ada: Person, development: None) -> None:
    def laid() -> Any:
        return [
            list(model.objects.order_by("pk").values()) for model in (Item, Species, Offer, Player, Entry)
        ]

    ada.given("berries")
    call_command("seed_demo")
    first = laid()
    call_command("seed_demo")
    assert laid() == first
    rich = Player.objects.filter(user__is_premium=True).values_list("gold", "gems")
    assert list(rich) == [(10_000, 10_000)] * 2
    assert list(ledger.audit()) == []

    call_command("seed_demo", "--only-clear")
    assert list(Item.objects.values_list("slug", flat=True)) == ["berries"]
    assert list(Player.objects.values_list("pk", flat=True)) == [ada.id]
    assert Species.objects.count() == Offer.objects.count() == 0
    assert not ContentVersion.objects.exists()

    call_command("seed_demo")
    sold = ada.get("/api/shop/items/")
    assert "Berries" in [offer["name"] for offer in sold]
    assert Offer.objects.count() == len(seeding.OFFERS)


def test_what_an_operator_changed_stays_when_the_demo_data_is_laid_again(items: dict[str, int]) -> None:
    Offer.objects.filter(pk=items["berries"]).delete()
    Item.objects.filter(pk=items["berries"]).update(food_xp=12)

    seeding.seed_content()

    assert Item.objects.get(slug="berries").food_xp == 12
    assert not Offer.objects.filter(pk=items["berries"]).exists()


def test_a_person_gets_all_of_it_and_is_forgotten_with_all_of_it(
    ada: Person, bob: Person, audited: Any
) -> None:
    bob.me()
    ada.given("berries", 2)
    ada.has_pet()
    services.equip_pet(ada.id, pet_id=Pet.objects.get().pk)

    export = ada.get("/api/me/export/")
    assert (export["player"]["gold"], export["player"]["level"]) == (100, 1)
    assert [row["name"] for row in export["inventory"]] == ["Berries"]
    assert [pet["species"] for pet in export["pets"]] == ["ember-fox"]
    assert {entry["cause"] for entry in export["ledger"]} == {"starting_funds", "test", "hatch"}

    user = User.objects.get(pk=ada.id)
    user.is_guest = True
    user.save()
    assert ada.client.delete("/api/me/").status_code == 204
    assert list(Player.objects.values_list("pk", flat=True)) == [bob.id]
    assert Stack.objects.count() == Pet.objects.count() == 0
