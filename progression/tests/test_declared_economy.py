"""The economy that apps declare and operators edit: currencies, kinds, slots, curves, drops, conversions."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.content import restore
from core.models import ContentVersion
from gameplatform.extend import (
    Drop,
    conversion,
    currency,
    curve,
    drop,
    drop_table,
    grant,
    growth,
    item_kind,
    item_slot,
)
from progression import currencies, rules, services, tables
from progression.models import Conversion, Curve, CustomCurrency, DropTable, Growth, Item, ItemKind, ItemSlot
from progression.models.economy import lay_declared
from progression.tables import NOTHING
from progression.tests.conftest import Person

pytestmark = pytest.mark.usefixtures("audited")

THREADS = 8


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch, items: dict[str, int]) -> None:
    """Shards, and a chest and a forge that use them."""
    for one in (currencies.CURRENCIES, currencies.KINDS, currencies.SLOTS):
        monkeypatch.setattr(one, "by_apps", {})
    for table in (tables.CURVES, tables.DROP_TABLES, tables.CONVERSIONS):
        monkeypatch.setattr(table, "by_apps", {})
    monkeypatch.setattr(tables, "_growth", {})
    currency("shards", at_most=100)
    drop_table("chest", [Drop("shards", 2, 4, weight=3), Drop("iron-ore", weight=1)], rolls=2)
    conversion("forge", takes={"shards": 10, "iron-ore": 1}, gives={"gems": 1, "honey-cake": 1})
    conversion("offering", takes={"shards": 5})
    conversion("open_chest", takes={"gold": 20}, drops="chest", at_most_a_day=2, title="Open a chest")


@pytest.fixture
def save(admin_client: Client) -> Callable[..., Any]:
    """Add a row in the admin, or change one."""

    def save(model: str, pk: int | None = None, **fields: Any) -> Any:
        at = f"{pk}/change" if pk else "add"
        assert admin_client.get(f"/admin/progression/{model}/{at}/").status_code == 200
        answer = admin_client.post(f"/admin/progression/{model}/{at}/", fields)
        return {} if answer.status_code == 302 else answer.context["errors"]

    return save


def test_a_conversion_moves_all_of_it_through_the_ledger_or_nothing(ada: Person) -> None:
    grant(ada.id, shards=25, items=[("iron-ore", 1)], why="test")

    assert ada.refused("/api/shop/conversions/forge", {"times": 2}) == (409, "not_enough_items")
    assert (ada.me()["currencies"], ada.owns()) == ({"shards": 25}, {"Iron ore": 1})
    done = ada.do("/api/shop/conversions/forge")
    assert (done["taken"], done["gems"]) == ({"shards": 10, "iron-ore": 1}, 1)
    assert [(item["item"], item["quantity"]) for item in done["items"]] == [("honey-cake", 1)]
    assert (ada.me()["gems"], ada.me()["currencies"], ada.owns()) == (1, {"shards": 15}, {"Honey cake": 1})
    causes = {entry["cause"] for entry in ada.get("/api/player/ledger/")["results"]}
    assert "conversion: forge" in causes
    assert ada.do("/api/shop/conversions/offering")["taken"] == {"shards": 5}
    assert ada.refused("/api/shop/conversions/nothing") == (404, "no_such_conversion")
    assert ada.refused("/api/shop/conversions/forge", {"times": 0}) == (422, "invalid")


def test_what_a_balance_cannot_hold_is_not_paid_for(ada: Person) -> None:
    conversion("buy_shards", takes={"gold": 1}, gives={"shards": 60})
    ada.do("/api/shop/conversions/buy_shards")

    assert ada.refused("/api/shop/conversions/buy_shards") == (409, "balance_full")
    assert (ada.me()["gold"], ada.me()["currencies"]) == (99, {"shards": 60})


def test_a_conversion_has_a_limit_a_day_and_its_chances_are_told(ada: Person, clock: Any) -> None:
    def left() -> int:
        (chest,) = [one for one in ada.get("/api/shop/conversions/") if one["name"] == "open_chest"]
        assert (chest["title"], chest["rolls"]) == ("Open a chest", 2)
        assert [(one["of"], one["probability"]) for one in chest["drops"]] == [
            ("shards", 0.75),
            ("iron-ore", 0.25),
        ]
        return int(chest["left_today"])

    assert left() == 2
    done = ada.do("/api/shop/conversions/open_chest", {"times": 2})
    drawn = done["currencies"].get("shards", 0) + sum(item["quantity"] for item in done["items"])
    assert 4 <= drawn <= 16
    assert left() == 0
    assert ada.refused("/api/shop/conversions/open_chest") == (409, "converted_enough")
    # Her token does not outlast the day.
    clock.shift(timedelta(days=1))
    assert services.convert(ada.id, name="open_chest", times=2).times == 2


@pytest.mark.django_db(transaction=True)
def test_concurrent_conversions_keep_to_the_limit(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    answers = at_once([lambda: ada.post("/api/shop/conversions/open_chest")] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: THREADS - 2}
    assert ada.me()["gold"] == 60


def test_a_drop_table_is_drawn_from_by_weight_and_once_by_key(ada: Person) -> None:
    table = tables.DropTable((Drop("shards", 2, 4, weight=3), Drop(NOTHING, weight=1)))
    drawn = Counter(table.draw(Random(seed)).get("shards", 0) for seed in range(4000))
    assert drawn.keys() == {0, 2, 3, 4}
    assert 900 < drawn[0] < 1100
    first = drop(ada.id, "chest", why="studio: chest", key="one")
    assert drop(ada.id, "chest", why="studio: chest", key="one") == first
    assert ada.me()["currencies"]["shards"] == first.currencies.get("shards", 0)


def test_operators_change_what_an_app_declares_and_every_version_is_kept(ada: Person, save: Any) -> None:
    lay_declared()
    laid = CustomCurrency.objects.get()
    assert (laid.name, laid.at_most, laid.version) == ("shards", 100, 1)

    assert save("customcurrency", laid.pk, title="Splinters", at_most=5, tradeable="on") == {}
    (told,) = ada.get("/api/player/currencies/")
    assert (told["title"], told["at_most"], told["tradeable"]) == ("Splinters", 5, True)
    assert grant(ada.id, shards=9, why="test").currencies == {"shards": 5}
    kept = ContentVersion.objects.filter(model="progression.customcurrency").order_by("version")
    assert [one.data["fields"]["at_most"] for one in kept] == [100, 5]

    currencies.CURRENCIES.by_apps.clear()
    currency("shards", at_most=7)
    lay_declared()
    assert CustomCurrency.objects.get().at_most == 5
    restore(kept[0], by_id=None)
    assert grant(ada.id, shards=9, why="test").currencies == {"shards": 9}


def test_what_no_operator_has_saved_follows_the_app() -> None:
    prices = curve("prices", first=10, more=5, highest=9)
    growth(level_xp=250)
    Growth.objects.all().delete()
    Growth.objects.bulk_create([Growth()])
    lay_declared()
    tables.CURVES.by_apps["prices"] = rules.Curve(20, 5, 9)
    lay_declared()
    assert (Curve.objects.get().first, Growth.objects.get().level_xp) == (20, 250)
    assert [prices.step(level) for level in (1, 2, 3)] == [20, 25, 30]

    row = Curve.objects.get()
    row.first = 100
    row.save()
    lay_declared()
    assert (prices.step(1), prices.begins_at(3), prices.level_at(205), prices.highest) == (100, 205, 3, 9)


def test_operators_add_what_no_app_declares(ada: Person, save: Any) -> None:
    assert save("customcurrency", name="tickets", title="Tickets", at_most=50, at_most_a_day=10) == {}
    assert save("itemkind", name="trophy", title="Trophy") == {}
    assert save("itemslot", name="finger", title="Finger") == {}
    ring = {
        "slug": "ring",
        "name": "Ring",
        "kind": "gear",
        "slot": "finger",
        "rarity": "common",
        "food_xp": 0,
    }
    stats = dict.fromkeys(rules.STATS, 1)
    assert save("item", **ring, **stats) == {}
    assert save("droptable", name="wheel", rolls=1, drops="70 1-3 tickets\n20 ring\n10 nothing") == {}
    assert save("conversion", name="spin", title="Spin", takes="5 gold", drops="wheel", is_open="on") == {}

    assert DropTable.objects.get().drops[0] == {"of": "tickets", "least": 1, "most": 3, "weight": 70}
    assert Conversion.objects.get().takes == {"gold": 5}
    assert ada.do("/api/shop/conversions/spin", {"times": 20})["taken"] == {"gold": 100}
    ada.do(f"/api/inventory/equip/{ada.given('ring')}")
    assert ada.me()["equipped"]["finger"]["name"] == "Ring"
    Item.objects.create(slug="cup", name="Cup", kind="trophy")
    save("conversion", Conversion.objects.get().pk, title="Spin", takes="5 gold", drops="wheel")
    assert ada.refused("/api/shop/conversions/spin") == (404, "no_such_conversion")
    assert (ItemKind.objects.count(), ItemSlot.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("customcurrency", {"name": "gold", "title": "Gold", "at_most": 1}),
        ("customcurrency", {"name": "Two words", "title": "x", "at_most": 1}),
        ("itemslot", {"name": "weapon", "title": "Weapon"}),
        ("droptable", {"name": "wheel", "rolls": 1, "drops": "70 1-3 pearls"}),
        ("droptable", {"name": "wheel", "rolls": 1, "drops": "many 1 shards"}),
        ("droptable", {"name": "wheel", "rolls": 1, "drops": "1 3-1 shards"}),
        ("droptable", {"name": "wheel", "rolls": 99, "drops": "1 1 shards"}),
        ("conversion", {"name": "spin", "title": "x", "takes": "5 pearls"}),
        ("conversion", {"name": "spin", "title": "x", "takes": "-5 gold"}),
        ("conversion", {"name": "spin", "title": "x", "takes": "5 gold", "drops": "nothing"}),
        ("conversion", {"name": "spin", "title": "x", "takes": ""}),
    ],
)
def test_what_makes_no_sense_is_not_saved(save: Any, model: str, fields: dict[str, Any]) -> None:
    assert save(model, **fields)


def test_declarations_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: curve("flat", first=0, more=0, highest=5),
        lambda: drop_table("empty", []),
        lambda: conversion("free", takes={}),
        lambda: Drop("shards", 3, 2),
        lambda: currency("shards"),
    ):
        with pytest.raises(ValueError, match=r"rises|lines|something|quantit|already"):
            wrong()
    with pytest.raises(ValidationError):
        DropTable.objects.create(name="bad", drops=[{"of": "shards", "least": "many"}])


def test_kinds_and_slots_of_apps_are_laid_too() -> None:
    item_kind("trophy")
    item_slot("finger")
    lay_declared()

    assert (ItemKind.objects.get().title, ItemSlot.objects.get().title) == ("Trophy", "Finger")
