"""Concurrent requests on real connections: nothing is oversold, and the ledger balances."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from core.refusals import Refusal
from progression import ledger, services
from progression.models import Entry, Offer, Pet, Player, Stack
from progression.services import Granted
from progression.tests.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("audited")]

THREADS = 12


def test_of_a_thousand_purchases_of_one_last_item_from_fifty_threads_one_is_a_sale(
    items: dict[str, int], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails if ``services.purchase`` reads and saves ``offer.stock``: there are several sales.

    The final stock alone would not reveal it.
    """
    crown = items["crown-of-ages"]
    Offer.objects.filter(pk=crown).update(stock=1)
    users = User.objects.bulk_create(User(username=f"buyer{number}") for number in range(50))
    for user in users:
        services.grant(user.pk, gold=50_000, cause="test")
    before = sum(Player.objects.values_list("gold", flat=True))

    def tries(user: Any) -> Callable[[], list[int | str]]:
        def twenty_times() -> list[int | str]:
            results: list[int | str] = []
            for _ in range(20):
                try:
                    results.append(services.purchase(user.pk, item_id=crown).spent)
                except Refusal as refusal:
                    results.append(refusal.code)
                finally:
                    # There are fewer connections than threads.
                    connection.close()
            return results

        return twenty_times

    results = Counter(result for results in at_once([tries(user) for user in users]) for result in results)

    assert results == {5000: 1, "sold_out": 999}
    assert Offer.objects.get(pk=crown).stock == 0
    assert list(Stack.objects.values_list("quantity", flat=True)) == [1]
    assert sum(Player.objects.values_list("gold", flat=True)) == before - 5000


def test_purchases_over_http_sell_no_more_than_the_gold_pays_for(
    ada: Person, items: dict[str, int], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails in most runs without ``select_for_update`` in ``ledger.lock``: too much is sold."""
    ada.me()

    answers = at_once([lambda: ada.post("/api/shop/purchase", {"item_id": items["roast-fish"]})] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {201: 3, 402: THREADS - 3}
    assert ada.me()["gold"] == 10
    assert ada.owns() == {"Roast fish": 3}


def test_one_purchase_sent_many_times_with_one_key_is_made_once(
    ada: Person, items: dict[str, int], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    def buy() -> Any:
        headers = {"Idempotency-Key": "once"}
        return ada.post("/api/shop/purchase", {"item_id": items["berries"]}, **headers)

    answers = at_once([buy] * THREADS)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert (ada.me()["gold"], ada.owns()) == (90, {"Berries": 1})


def test_who_comes_many_times_at_once_for_the_first_time_gets_the_starting_funds_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    assert {answer["gold"] for answer in at_once([ada.me] * THREADS)} == {100}
    assert Entry.objects.count() == 1


def test_one_grant_made_many_times_at_once_is_made_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: the receipt's constraint is violated."""

    ada.me()

    def claim() -> Granted:
        return services.grant(ada.id, xp=120, gold=7, items=[("berries", 2)], cause="loot", key="loot 1")

    granted = at_once([claim] * THREADS)

    assert {(one.gold, one.level_up) for one in granted} == {(7, 2)}
    assert (ada.me()["xp"], ada.me()["gold"], ada.owns()) == (120, 107, {"Berries": 2})


def test_the_reward_of_a_day_is_given_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: it is granted twice, or an error."""
    ada.me()

    answers = at_once([lambda: ada.post("/api/player/daily-reward")] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: THREADS - 1}
    assert ada.me()["gold"] == 120


def test_no_more_stat_points_are_allocated_than_there_are(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: more than three are allocated."""
    services.grant(ada.id, xp=100, cause="test")

    answers = at_once([lambda: ada.post("/api/player/allocate-stats", {"luck": 1})] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {200: 3, 409: THREADS - 3}
    assert (ada.me()["stats"]["luck"], ada.me()["stat_points"]) == (8, 0)


def test_an_egg_hatches_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: an error, or more pets than eggs."""
    egg = ada.given("speckled-egg", 2)

    answers = at_once([lambda: ada.post(f"/api/pets/hatch/{egg}")] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {201: 2, 404: THREADS - 2}
    assert Pet.objects.count() == 2
    assert ada.owns() == {}


def test_food_is_eaten_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: the pet gets too little experience."""
    pet, food = ada.has_pet(), ada.given("berries", 5)

    answers = at_once([lambda: ada.post(f"/api/pets/feed/{pet}", {"item_id": food})] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {200: 5, 404: THREADS - 5}
    assert Pet.objects.get(pk=pet).xp == 50


def test_one_thing_is_worn_in_a_slot_and_three_pets_are_in_the_set(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: the constraints are violated."""
    swords = [ada.given(slug) for slug in ("wooden-sword", "iron-sword", "storm-blade")] * 2
    pets = [ada.has_pet() for _ in range(6)]

    answers = at_once(
        [lambda path=f"/api/inventory/equip/{sword}": ada.post(path) for sword in swords]
        + [lambda path=f"/api/pets/equip/{pet}": ada.post(path) for pet in pets]
    )

    assert {answer.status_code for answer in answers} == {200}
    assert Stack.objects.filter(worn_in__isnull=False).count() == 1
    assert [pet["place"] for pet in ada.me()["pet_set"]] == [1, 2, 3]


def test_no_more_stamina_is_spent_than_there_is(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    """Fails without ``select_for_update`` in ``ledger.lock``: all requests succeed."""
    services.player(ada.id)

    def spend() -> int | str:
        try:
            return services.spend_stamina(ada.id, amount=25, cause="test")
        except Refusal as refusal:
            return refusal.code

    results = at_once([spend] * THREADS)

    assert sorted(map(str, results)) == ["0", "25", "50", "75", *["not_enough_stamina"] * (THREADS - 4)]


def test_grants_to_many_players_in_any_order_never_wait_for_each_other_in_a_circle(
    person: Callable[[str], Person], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    people = [person(f"player{number}").id for number in range(4)]

    def pay(ids: Any) -> None:
        for _ in range(5):
            with transaction.atomic():
                players = ledger.lock(*ids)
                for one in players.values():
                    ledger.move_money(one, "gold", 1, cause="test")

    at_once([lambda ids=people[n:] + people[:n]: pay(ids) for n in (0, 1, 2, 3) * 3])

    assert set(Player.objects.values_list("gold", flat=True)) == {160}
