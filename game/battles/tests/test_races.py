"""Concurrent actions in battles, each on a database connection of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from game.battles import rules, services
from game.battles.models import Battle, Enemy, Fighter
from game.battles.refusals import BattleFull
from game.battles.tests.conftest import Person, make_due, only_enemy
from realtime import publishing

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("tireless"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events that listeners receive after the commit."""
    heard: list[Any] = []
    monkeypatch.setattr(publishing, "_publish_from_outside", heard.append)
    return heard


def codes(answers: Any) -> Counter[int | Any]:
    return Counter(200 if answer.status_code == 200 else answer.json()["code"] for answer in answers)


def types(announced: list[Any]) -> Counter[str]:
    return Counter(type(event).__name__ for event in announced)


def test_two_claims_at_once_give_loot_once(
    ada: Person,
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    battle = new_battle(hp=1, gold=20)
    ada.join(battle)
    ada.attack(only_enemy(battle))
    assert codes(at_once([lambda: ada.claim(battle)] * 8)) == {200: 1, "loot_claimed": 7}
    gains = [entry["amount"] for entry in ada.ledger() if entry["cause"] == "battle: Cellar 0"]
    assert gains == [20]


def test_of_20_kill_shots_at_once_one_wins(
    person: Callable[[str], Person],
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    announced: list[Any],
) -> None:
    fighters = [person(f"fighter{number}") for number in range(10)]
    battle = new_battle(hp=1, max_players=20)
    for fighter in fighters:
        fighter.join(battle)
    Enemy.objects.update(hp=1)
    enemy = only_enemy(battle)
    answers = at_once([lambda one=one: one.attack(enemy) for one in fighters * 2])
    assert codes(answers) == {200: 1, "battle_over": 19}
    assert Battle.objects.get(pk=battle.pk).state == "won"
    told = types(announced)
    assert (told["Attack"], told["EnemyDefeated"], told["BattleWon"]) == (1, 1, 1)
    assert Battle.objects.filter(state="waiting").count() == 1


def test_no_damage_is_lost_when_all_strike_at_once(
    person: Callable[[str], Person],
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    announced: list[Any],
) -> None:
    fighters = [person(f"fighter{number}") for number in range(8)]
    battle = new_battle(hp=10_000, max_players=8)
    for fighter in fighters:
        fighter.join(battle)
    before = only_enemy(battle).hp
    answers = at_once([lambda one=one: one.attack(only_enemy(battle)) for one in fighters])
    dealt = sum(answer.json()["damage"] for answer in answers)
    assert only_enemy(battle).hp == before - dealt
    assert dealt == sum(Fighter.objects.values_list("damage_dealt", flat=True))


def test_the_last_place_is_had_by_one(
    person: Callable[[str], Person],
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    people = [person(f"fighter{number}") for number in range(8)]
    battle = new_battle(max_players=3)
    for early in people[:2]:
        early.join(battle)
    answers = at_once([lambda one=one: one.join(battle) for one in people[2:]])
    assert codes(answers) == {200: 1, BattleFull.code: 5}
    assert battle.fighters.count() == 3
    assert Battle.objects.count() == 2


def test_one_who_joins_many_times_at_once_pays_once(
    ada: Person,
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    battle = new_battle(stamina_cost=5)
    assert codes(at_once([lambda: ada.join(battle)] * 8)) == {200: 8}
    assert ada.me()["stamina"] == ada.me()["max_stamina"] - 5
    assert Fighter.objects.count() == 1


def test_workers_that_look_at_the_same_moment_let_an_enemy_act_once(
    ada: Person,
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    announced: list[Any],
) -> None:
    battle = new_battle()
    ada.join(battle)
    make_due(battle)
    assert sum(at_once([lambda: services.act(battle_id=battle.pk)] * 8)) == 1
    assert types(announced)["EnemyAttack"] == 1


def test_one_fighter_in_many_threads_attacks_no_quicker(
    ada: Person,
    new_battle: Callable[..., Battle],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "COOLDOWN", timedelta(minutes=1))
    battle = new_battle(hp=10_000)
    ada.join(battle)
    answers = at_once([lambda: ada.attack(only_enemy(battle))] * 8)
    assert codes(answers) == {200: 1, "attack_cooldown": 7}


def test_a_battle_that_many_miss_is_made_once(
    new_battle: Callable[..., Battle], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    battle = new_battle()
    Battle.objects.all().delete()
    at_once([lambda: services.offer(battle.template_id)] * 8)
    assert Battle.objects.count() == 1
