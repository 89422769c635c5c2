"""Currencies, kinds and slots that apps declare: granted, taken and spent through the ledger."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from core import personal_data
from core.refusals import Refusal
from gameplatform.extend import currency, grant, item_kind, item_slot, take
from progression import currencies, ledger
from progression.models import Item, Offer, Receipt
from progression.refusals import NotEnoughItems, NotEnoughOfCurrency
from progression.tests.conftest import Person

pytestmark = pytest.mark.usefixtures("audited")

THREADS = 12


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of which one holds at most a hundred, and dust."""
    for one in (currencies.CURRENCIES, currencies.KINDS, currencies.SLOTS):
        monkeypatch.setattr(one, "by_apps", {})
    currency("shards", at_most=100)
    currency("dust", title="Star dust")


@pytest.fixture
def for_shards(items: dict[str, int]) -> int:
    """An item that costs 30 shards."""
    Offer.objects.filter(item=items["moss-egg"]).update(price=30, currency="shards")
    return items["moss-egg"]


def shards(person: Person) -> int:
    return int(person.me()["currencies"]["shards"])


def test_what_is_granted_and_taken_is_in_the_player_and_in_the_ledger(ada: Person) -> None:
    assert ada.me()["currencies"] == {"shards": 0, "dust": 0}
    grant(ada.id, shards=7, gold=5, xp=3, why="studio: win")
    assert take(ada.id, shards=3, gold=105, why="studio: door") == {"shards": 4, "gold": 0}

    assert (shards(ada), ada.me()["gold"], ada.me()["xp"]) == (4, 0, 3)
    entries = ada.get("/api/player/ledger/")["results"]
    told = [(entry["currency"], entry["amount"], entry["balance"], entry["cause"]) for entry in entries]
    assert told[:2] == [("gold", -105, 0, "studio: door"), ("shards", -3, 4, "studio: door")]
    assert ("shards", 7, 7, "studio: win") in told
    exported: Any = dict(personal_data.export(ada.id))
    assert exported["player"]["currencies"]["shards"] == 4


def test_a_balance_is_filled_up_to_its_bound(ada: Person) -> None:
    assert grant(ada.id, shards=90, why="test").currencies == {"shards": 90}
    assert grant(ada.id, shards=90, dust=1, why="test").currencies == {"shards": 10, "dust": 1}
    assert grant(ada.id, shards=1, why="test").currencies == {"shards": 0}
    assert shards(ada) == 100


def test_grants_of_a_day_are_limited(ada: Person) -> None:
    currency("tokens", at_most_a_day=10)
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False) as clock:
        assert [grant(ada.id, tokens=6, why="test").currencies["tokens"] for _ in range(3)] == [6, 4, 0]
        take(ada.id, tokens=10, why="test")
        assert grant(ada.id, tokens=6, why="test").currencies == {"tokens": 0}
        clock.move_to(datetime(2026, 11, 25, tzinfo=UTC))
        assert grant(ada.id, tokens=6, why="test").currencies == {"tokens": 6}


def test_a_key_grants_and_takes_once(ada: Person) -> None:
    for _ in range(2):
        assert grant(ada.id, shards=9, why="test", key="a").currencies == {"shards": 9}
        assert take(ada.id, shards=2, why="test", key="b") == {"shards": 7}
    assert shards(ada) == 7


def test_nothing_is_taken_unless_all_is_there(ada: Person) -> None:
    grant(ada.id, shards=5, items=[("iron-ore", 1)], why="test")
    with pytest.raises(NotEnoughOfCurrency) as refused:
        take(ada.id, gold=100, shards=6, why="test")
    assert refused.value.details == {"currency": "shards", "needed": 6, "balance": 5}
    with pytest.raises(NotEnoughItems):
        take(ada.id, shards=5, items=[("iron-ore", 2)], why="test")
    assert (shards(ada), ada.me()["gold"]) == (5, 100)
    take(ada.id, shards=5, items=[("iron-ore", 1)], why="test")
    assert (shards(ada), ada.owns()) == (0, {})


@pytest.mark.parametrize("wrong", [{"pearls": 1}, {"shards": -1}, {"items": [("nothing", 1)]}])
def test_what_no_app_declares_is_neither_granted_nor_taken(ada: Person, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"pearls|nothing|Taking"):
        take(ada.id, why="test", **wrong)
    if "items" not in wrong:
        with pytest.raises(ValueError, match=r"pearls|grant"):
            grant(ada.id, why="test", **wrong)
    assert not Receipt.objects.exists()


def test_the_shop_sells_for_a_declared_currency(ada: Person, for_shards: int) -> None:
    (offer,) = [one for one in ada.get("/api/shop/items") if one["id"] == for_shards]
    assert (offer["price"], offer["currency"]) == (30, "shards")
    refused = ada.post("/api/shop/purchase", {"item_id": for_shards})
    assert (refused.status_code, refused.json()["code"]) == (402, "not_enough_of_currency")
    grant(ada.id, shards=70, why="test")

    bought = ada.do("/api/shop/purchase", {"item_id": for_shards, "quantity": 2})
    assert (bought["spent"], bought["currency"], bought["balance"]) == (60, "shards", 10)
    assert (shards(ada), ada.owns()) == (10, {"Moss egg": 2})


def test_only_declared_currencies_are_prices(items: dict[str, int]) -> None:
    offer = Offer.objects.get(item=items["berries"])
    offer.currency = "shards"
    offer.save()
    offer.currency = "pearls"
    with pytest.raises(ValidationError):
        offer.save()


def test_items_have_declared_kinds_and_slots(ada: Person) -> None:
    with pytest.raises(ValidationError):
        Item.objects.create(slug="cup", name="Cup", kind="trophy")
    item_kind("trophy")
    item_slot("finger")
    Item.objects.create(slug="cup", name="Cup", kind="trophy")
    Item.objects.create(slug="ring", name="Ring", kind="gear", slot="finger", luck=2)
    ada.given("cup")

    assert ada.refused(f"/api/inventory/equip/{ada.given('cup')}") == (409, "cannot_be_worn")
    ada.do(f"/api/inventory/equip/{ada.given('ring')}")
    me = ada.me()
    assert (me["equipped"]["finger"]["name"], me["bonuses"]["luck"]) == ("Ring", 2)
    ada.do("/api/inventory/unequip/finger")
    assert ada.me()["equipped"]["finger"] is None


@pytest.mark.parametrize("name", ["gold", "shards", "xp", "why", "Big", "two words", "x" * 21])
def test_names_are_small_letters_and_not_taken(name: str) -> None:
    with pytest.raises(ValueError, match=r"already|Not a name"):
        currency(name)


def test_the_audit_finds_money_that_nobody_booked(ada: Person) -> None:
    grant(ada.id, shards=5, why="test")
    ledger._earn(ada.id, "shards", 2)
    assert list(ledger.audit()) == [f"player {ada.id} has 7 shards, and the ledger adds up to 5."]
    ledger._spend.first(ada.id, "shards", 2)


@pytest.mark.django_db(transaction=True)
def test_concurrent_grants_and_purchases_keep_to_the_bounds(
    ada: Person, for_shards: int, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without the lock in ``ledger.buy`` or in ``services.grant``: a balance exceeds its bound."""

    def attempt(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Refusal as refusal:
            return refusal.code

    at_once([lambda: grant(ada.id, shards=30, why="test")] * THREADS)
    assert shards(ada) == 100
    answers = at_once([lambda: ada.post("/api/shop/purchase", {"item_id": for_shards})] * THREADS)
    assert Counter(answer.status_code for answer in answers) == {201: 3, 402: THREADS - 3}
    left = at_once([lambda: attempt(lambda: take(ada.id, shards=4, why="test"))] * THREADS)
    assert left.count("not_enough_of_currency") == THREADS - 2
    assert shards(ada) == 2
