"""Exchanges between two players: both sides, or neither."""

from typing import Any

import pytest

from accounts.models import User
from core.refusals import Refusal
from progression import services
from progression.exchange import GIVES_FROM_LEVEL, Goods, exchange
from progression.models import Entry
from progression.models.tuning import growth
from progression.tests.conftest import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

NOTHING = Goods(0, {})


def refused(gives: Any) -> str:
    before = Entry.objects.count()
    with pytest.raises(Refusal) as refusal:
        exchange(gives, cause="trade", key="")
    assert Entry.objects.count() == before
    return refusal.value.code


@pytest.fixture(autouse=True)
def grown(ada: Person, bob: Person) -> None:
    """Both players have earned something."""
    for one in (ada, bob):
        services.grant(one.id, xp=growth().player.begins_at(GIVES_FROM_LEVEL), cause="test")


def test_what_a_guest_would_give_or_get_stays_where_it_is(ada: Person, bob: Person) -> None:
    User.objects.filter(pk=bob.id).update(is_guest=True)
    assert refused({ada.id: Goods(1, {}), bob.id: NOTHING}) == "guests_may_not_trade"
    assert refused({ada.id: NOTHING, bob.id: Goods(1, {})}) == "guests_may_not_trade"


def test_gold_and_items_change_hands_and_the_ledger_says_why(
    ada: Person, bob: Person, items: dict[str, int]
) -> None:
    ada.given("berries", 5)
    bob.given("berries", 2)
    bob.given("iron-ore", 1)
    exchange(
        {ada.id: Goods(30, {items["berries"]: 5}), bob.id: Goods(0, {items["iron-ore"]: 1})},
        cause="trade",
        key="trade:1",
    )
    assert (ada.me()["gold"], bob.me()["gold"]) == (70, 130)
    assert (ada.owns(), bob.owns()) == ({"Iron ore": 1}, {"Berries": 7})
    assert Entry.objects.filter(cause="trade", key="trade:1").count() == 6


def test_who_cannot_give_their_side_gets_nothing_of_the_other(
    ada: Person, bob: Person, items: dict[str, int]
) -> None:
    bob.given("berries", 1)
    gift = Goods(50, {items["berries"]: 1})
    assert refused({ada.id: Goods(101, {}), bob.id: gift}) == "not_enough_gold"
    assert refused({ada.id: Goods(0, {items["berries"]: 1}), bob.id: gift}) == "not_enough_items"
    assert refused({ada.id: NOTHING, bob.id: Goods(0, {items["berries"]: 2})}) == "not_enough_items"
    assert (ada.me()["gold"], bob.me()["gold"]) == (100, 100)


def test_what_is_worn_stays_but_a_second_piece_may_go(
    ada: Person, bob: Person, items: dict[str, int]
) -> None:
    sword = ada.given("iron-sword", 2)
    services.equip(ada.id, stack_id=sword)
    both = {ada.id: Goods(0, {items["iron-sword"]: 2}), bob.id: NOTHING}
    assert refused(both) == "item_equipped"
    exchange({ada.id: Goods(0, {items["iron-sword"]: 1}), bob.id: NOTHING}, cause="trade", key="")
    assert (ada.owns(), bob.owns()) == ({"Iron sword": 1}, {"Iron sword": 1})
