"""Purchases and the ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from progression import services
from progression.models import Entry, Offer, Player, Stack
from progression.tests.conftest import Person


def test_the_shop_says_what_it_sells(ada: Person, items: dict[str, int]) -> None:
    offers = {offer["name"]: offer for offer in ada.get("/api/shop/items")}

    assert offers["Berries"] == {
        "id": items["berries"],
        "name": "Berries",
        "description": "",
        "kind": "food",
        "rarity": "common",
        "slot": None,
        "stats": dict.fromkeys(("strength", "agility", "intellect", "vitality", "luck"), 0),
        "food_xp": 10,
        "price": 10,
        "currency": "gold",
        "stock": None,
        "daily": False,
    }
    assert offers["Crown of ages"]["stock"] == 5
    assert len([offer for offer in offers.values() if offer["daily"]]) == 3


def test_a_purchase_is_paid_and_owned_and_in_the_books(
    ada: Person, items: dict[str, int], audited: Any
) -> None:
    answer = ada.post("/api/shop/purchase", {"item_id": items["berries"], "quantity": 3})

    assert answer.status_code == 201
    bought = answer.json()
    assert (bought["quantity"], bought["spent"], bought["currency"], bought["balance"]) == (3, 30, "gold", 70)
    assert (bought["item"]["name"], bought["item"]["quantity"]) == ("Berries", 3)
    assert ada.me()["gold"] == 70
    assert ada.get("/api/inventory/")["results"] == [bought["item"]]
    money = ada.get("/api/player/ledger/")["results"]
    assert [(one["amount"], one["balance"], one["cause"]) for one in money] == [
        (-30, 70, "purchase"),
        (100, 100, "starting_funds"),
    ]
    things = ada.get("/api/player/ledger/?of=items")["results"]
    assert [(one["name"], one["amount"], one["balance"]) for one in things] == [("Berries", 3, 3)]


def test_the_same_purchase_with_the_same_key_is_made_once_and_another_is_refused(
    ada: Person, items: dict[str, int], audited: Any
) -> None:
    def buy(quantity: Any) -> Any:
        body = {"item_id": items["berries"], "quantity": quantity}
        return ada.post("/api/shop/purchase", body, **{"Idempotency-Key": "k"})

    assert buy(1).json() == buy(1).json()
    assert (buy(2).status_code, buy(2).json()["code"]) == (409, "idempotency_key_reused")
    assert ada.me()["gold"] == 90


@pytest.mark.parametrize(
    ("slug", "quantity", "refusal"),
    [
        ("iron-sword", 1, (402, "not_enough_gold")),
        ("moss-egg", 1, (402, "not_enough_gems")),
        ("berries", 11, (402, "not_enough_gold")),
        ("crown-of-ages", 6, (409, "sold_out")),
        ("iron-ore", 1, (404, "not_for_sale")),
        ("berries", 0, (422, "invalid")),
        ("berries", -1, (422, "invalid")),
        ("berries", 10**18, (422, "invalid")),
        ("berries", "1", (422, "invalid")),
    ],
)
def test_what_cannot_be_bought_changes_nothing(
    ada: Person, items: dict[str, int], audited: Any, slug: str, quantity: int | str, refusal: tuple[Any, ...]
) -> None:
    body = {"item_id": items[slug], "quantity": quantity}

    assert ada.refused("/api/shop/purchase", body) == refusal
    assert (ada.me()["gold"], ada.owns()) == (100, {})
    assert Offer.objects.get(pk=items["crown-of-ages"]).stock == 5


def test_stock_runs_out_even_for_the_rich(ada: Person, items: dict[str, int], audited: Any) -> None:
    services.grant(ada.id, gold=1_000_000, cause="test")

    ada.do("/api/shop/purchase", {"item_id": items["crown-of-ages"], "quantity": 4})

    assert ada.refused("/api/shop/purchase", {"item_id": items["crown-of-ages"], "quantity": 2}) == (
        *(409, "sold_out"),
    )
    ada.do("/api/shop/purchase", {"item_id": items["crown-of-ages"]})
    assert Offer.objects.get(pk=items["crown-of-ages"]).stock == 0
    assert {o["name"]: o["stock"] for o in ada.get("/api/shop/items")}["Crown of ages"] == 0


def test_a_daily_offer_is_sold_on_its_days_only(ada: Person) -> None:
    services.grant(ada.id, gold=10_000, gems=10_000, cause="test")
    daily = set(Offer.objects.filter(is_daily=True).values_list("pk", flat=True))

    with time_machine.travel(datetime.now(UTC), tick=False):
        today = {offer["id"] for offer in ada.get("/api/shop/items") if offer["daily"]}
        sold = {pk for pk in daily if ada.post("/api/shop/purchase", {"item_id": pk}).status_code == 201}

    assert sold == today
    assert len(today) == 3


def test_what_is_taken_out_of_the_shop_is_not_sold(ada: Person, items: dict[str, int]) -> None:
    Offer.objects.filter(pk=items["berries"]).update(is_open=False)

    assert ada.refused("/api/shop/purchase", {"item_id": items["berries"]}) == (404, "not_for_sale")
    assert "Berries" not in {offer["name"] for offer in ada.get("/api/shop/items")}


def test_the_ledger_comes_in_pages_that_add_up(ada: Person, items: dict[str, int]) -> None:
    for _ in range(4):
        ada.do("/api/shop/purchase", {"item_id": items["berries"]})

    page, entries = ada.get("/api/player/ledger/?limit=2"), []
    while True:
        entries += page["results"]
        if page["next"] is None:
            break
        page = ada.get(page["next"])

    assert sum(entry["amount"] for entry in entries) == ada.me()["gold"] == 60
    assert len(entries) == 5


def test_the_ledger_of_nothing_known_is_refused(ada: Person) -> None:
    assert ada.get("/api/player/ledger/?of=secrets", status=422)["code"] == "invalid"


# -- The audit


@pytest.mark.django_db(transaction=True)
def test_the_audit_says_when_the_books_add_up(ada: Person, items: dict[str, int]) -> None:
    ada.do("/api/shop/purchase", {"item_id": items["berries"]})

    out = StringIO()
    call_command("audit_ledger", stdout=out)

    assert "adds up" in out.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "tamper",
    [
        lambda: Player.objects.update(gold=1_000),
        lambda: Player.objects.update(gems=1),
        lambda: Stack.objects.update(quantity=7),
        lambda: Stack.objects.all().delete(),
        lambda: Entry.objects.filter(currency="gold", amount__lt=0).delete(),
        lambda: Entry.objects.filter(cause="starting_funds").update(balance=99),
        lambda: Entry.objects.filter(currency=None).update(balance=2),
    ],
)
def test_the_audit_finds_what_was_changed_beside_the_ledger(
    ada: Person, items: dict[str, int], tamper: Callable[..., Any]
) -> None:
    ada.do("/api/shop/purchase", {"item_id": items["berries"]})
    tamper()

    with pytest.raises(CommandError, match="does not add up"):
        call_command("audit_ledger", stderr=StringIO())


def test_an_entry_never_changes(ada: Person) -> None:
    ada.me()
    entry = Entry.objects.get()

    with pytest.raises(TypeError):
        entry.save()
