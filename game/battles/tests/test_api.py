"""Battles over HTTP: joining, fighting, winning, losing and claiming loot."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from game.battles import services
from game.battles.models import Battle, Fighter
from game.battles.tests.conftest import Person, make_due, only_enemy
from progression.achievements.models import Achievement
from progression.models import Player

pytestmark = pytest.mark.usefixtures("tireless")


def win(person: Person, battle: Any) -> None:
    person.join(battle)
    for enemy in battle.enemies.all():
        while (answer := person.attack(enemy).json())["enemy_hp"]:
            pass
    assert answer["state"] == "won"


def lose(person: Person, battle: Any) -> None:
    person.join(battle)
    while Battle.objects.get(pk=battle.pk).state != "lost":
        make_due(battle)
        assert services.act(battle_id=battle.pk)


def refused(answer: Any, status: Any, code: Any) -> bool:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    return True


def test_what_is_available_is_listed_the_easiest_first(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    hard = new_battle(level=5, max_players=2, stamina_cost=9)
    easy = new_battle(rats=2)
    rats = [
        {"id": enemy.pk, "name": "Rat 1", "hp": 40, "max_hp": 40} for enemy in easy.enemies.order_by("pk")
    ]
    listed = ada.get("available").json()
    assert [one["id"] for one in listed] == [easy.pk, hard.pk]
    assert listed[0] == {
        "id": easy.pk,
        "name": "Cellar 1",
        "level": 1,
        "enemies": rats,
        "players": 0,
        "max_players": 4,
        "stamina_cost": 0,
        "state": "waiting",
        "joined": False,
    }


def test_a_won_battle_gives_way_to_a_new_one(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle()
    win(ada, battle)
    (listed,) = ada.get("available").json()
    assert listed["id"] != battle.pk
    assert (listed["name"], listed["players"], listed["state"]) == (battle.name, 0, "waiting")


def test_a_lost_battle_gives_way_to_a_new_one(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle()
    lose(ada, battle)
    (listed,) = ada.get("available").json()
    assert listed["id"] != battle.pk


def test_a_full_battle_gives_way_to_a_new_one_and_goes_on(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle(max_players=1)
    ada.join(battle)
    (listed,) = bob.get("available").json()
    assert listed["id"] != battle.pk
    assert refused(bob.join(battle), 409, "battle_full")
    assert [(one["id"], one["joined"]) for one in ada.get("available").json()] == [
        (battle.pk, True),
        (listed["id"], False),
    ]
    assert ada.attack(only_enemy(battle)).status_code == 200


def test_who_joins_again_keeps_the_place(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle(max_players=1)
    first, again = ada.join(battle), ada.join(battle)
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert again.json()["ws_url"] == f"/ws/battle/{battle.pk}"
    assert Fighter.objects.count() == 1


def test_an_attack_deals_what_the_attackers_own_stats_give(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle(hp=10_000)
    ada.join(battle)
    for claimed in (9_999, -5, "all of it", None, {"much": True}):
        answer = ada.attack(only_enemy(battle), damage=claimed, timestamp="then").json()
        assert set(answer) == {"damage", "critical", "enemy_hp", "state"}
        assert 1 <= answer["damage"] <= 29
        assert answer["enemy_hp"] == only_enemy(battle).hp


def test_who_is_stronger_strikes_harder(ada: Person, bob: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle(hp=10_000)
    ada.join(battle)
    bob.join(battle)
    Player.objects.filter(pk=bob.id).update(strength=500)
    weak = ada.attack(only_enemy(battle)).json()["damage"]
    strong = bob.attack(only_enemy(battle)).json()["damage"]
    assert strong > 10 * weak


def test_enemies_grow_with_the_players_who_join(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle(hp=100)
    ada.join(battle)
    dealt = ada.attack(only_enemy(battle)).json()["damage"]
    bob.join(battle)
    enemy = only_enemy(battle)
    assert (enemy.max_hp, enemy.hp) == (175, 175 - dealt)


def test_attacks_need_a_pause(
    ada: Person, new_battle: Callable[..., Battle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    battle = new_battle(hp=10_000)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ada.join(battle)
        assert ada.attack(only_enemy(battle)).status_code == 200
        clock.shift(timedelta(milliseconds=400))
        answer = ada.attack(only_enemy(battle))
        assert refused(answer, 429, "attack_cooldown")
        assert answer.headers["Retry-After"] == "1"
        clock.shift(timedelta(milliseconds=100))
        assert ada.attack(only_enemy(battle)).status_code == 200


def test_attacks_that_make_no_sense_are_refused(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle, other = new_battle(rats=2), new_battle()
    first, second = battle.enemies.order_by("number")
    assert refused(bob.attack(first), 403, "not_in_battle")
    ada.join(battle)
    ada.join(other)
    assert refused(ada.client.post(f"/api/battles/attack/{battle.pk}", {}), 422, "invalid")
    wrong: Any
    for wrong in ("1", None, True, 1.5, [1], {}):
        answer = ada.client.post(f"/api/battles/attack/{battle.pk}", {"enemy_id": wrong})
        assert refused(answer, 422, "invalid")
    for unknown in (0, -1, 2**40, only_enemy(other).pk):
        answer = ada.client.post(f"/api/battles/attack/{battle.pk}", {"enemy_id": unknown})
        assert refused(answer, 404, "unknown_enemy")
    while ada.attack(first).json()["enemy_hp"]:
        pass
    assert refused(ada.attack(first), 409, "enemy_defeated")
    while ada.attack(second).json()["enemy_hp"]:
        pass
    assert refused(ada.attack(second), 409, "battle_over")
    assert refused(bob.join(battle), 409, "battle_over")


@pytest.mark.parametrize("battle_id", [0, 10**30])
def test_unknown_battles_are_not_found(ada: Person, battle_id: int) -> None:
    for verb, body in (("join", {}), ("attack", {"enemy_id": 1}), ("claim-loot", {})):
        answer = ada.client.post(f"/api/battles/{verb}/{battle_id}", body)
        assert refused(answer, 404, "unknown_battle")
    assert refused(ada.get(f"{battle_id}"), 404, "unknown_battle")


def test_every_route_asks_for_a_token(client: Client, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle()
    for path in ("available", "history", f"{battle.pk}"):
        assert client.get(f"/api/battles/{path}").status_code == 401
    for verb in ("join", "attack", "claim-loot"):
        assert client.post(f"/api/battles/{verb}/{battle.pk}").status_code == 401


def test_who_has_not_joined_sees_and_gets_nothing(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    win(ada, battle)
    assert refused(bob.get(f"{battle.pk}"), 403, "not_in_battle")
    assert refused(bob.claim(battle), 403, "not_in_battle")
    assert bob.get("history").json()["results"] == []


def test_loot_is_had_once_and_only_after_the_win(ada: Person, new_battle: Callable[..., Battle]) -> None:
    Achievement.objects.create(code="slayer", name="Slayer", metric="battles_won", goal=5)
    battle = new_battle(xp=40, gold=20, drops={"apple": 100, "crown": 0})
    ada.join(battle)
    assert refused(ada.claim(battle), 409, "battle_not_won")
    win(ada, battle)
    loot = ada.claim(battle)
    assert loot.status_code == 200
    (owned,) = ada.client.get("/api/inventory/").json()["results"]
    apple = {"item": "apple", "item_id": owned["item_id"], "name": "Apple", "rarity": "common", "quantity": 1}
    assert loot.json() == {"xp": 40, "gold": 20, "items": [apple], "level_up": False}
    assert (owned["name"], owned["quantity"], ada.me()["xp"]) == ("Apple", 1, 40)
    assert [entry["amount"] for entry in ada.ledger()] == [20, 100]
    assert refused(ada.claim(battle), 409, "loot_claimed")
    (achievement,) = ada.client.get("/api/player/achievements/").json()
    assert achievement["progress"] == 1


def test_loot_that_brings_a_level_says_so(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle(xp=100)
    win(ada, battle)
    assert ada.claim(battle).json()["level_up"] is True
    assert ada.me()["level"] == 2


def test_joining_costs_stamina_and_is_refused_to_who_has_too_little(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    dear, dearer = new_battle(stamina_cost=60), new_battle(stamina_cost=60)
    assert ada.join(dear).status_code == 200
    assert ada.me()["stamina"] == ada.me()["max_stamina"] - 60
    assert refused(ada.join(dearer), 402, "not_enough_stamina")
    assert refused(ada.get(f"{dearer.pk}"), 403, "not_in_battle")


def test_a_refused_join_costs_nothing(ada: Person, bob: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle(stamina_cost=5, max_players=1)
    ada.join(battle)
    assert refused(bob.join(battle), 409, "battle_full")
    assert bob.me()["stamina"] == bob.me()["max_stamina"]


def test_a_claim_with_the_same_key_is_answered_again(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle(gold=20)
    win(ada, battle)
    key = {"Idempotency-Key": "mine"}
    assert ada.claim(battle, **key).json() == ada.claim(battle, **key).json()


def test_a_lost_battle_gives_no_loot(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle()
    lose(ada, battle)
    assert refused(ada.claim(battle), 409, "battle_not_won")
    assert refused(ada.attack(only_enemy(battle)), 409, "battle_over")


def test_who_has_fallen_watches_the_others_and_shares_the_loot(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle(rats=1, attack=40)
    ada.join(battle)
    bob.join(battle)
    bob.attack(only_enemy(battle))
    Fighter.objects.filter(user_id=bob.id).update(hp=0)
    assert refused(bob.attack(only_enemy(battle)), 409, "fighter_fallen")
    make_due(battle)
    assert services.act(battle_id=battle.pk)
    hp = {player["user_id"]: player["hp"] for player in ada.get(f"{battle.pk}").json()["players"]}
    assert hp[bob.id] == 0
    assert 0 < hp[ada.id] < 100
    win(ada, battle)
    assert bob.claim(battle).status_code == 200


def test_who_left_the_fight_to_the_others_gets_no_loot(
    ada: Person, bob: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    ada.join(battle)
    bob.join(battle)
    win(ada, battle)

    assert refused(bob.claim(battle), 403, "too_small_a_share")
    assert (bob.me()["xp"], bob.me()["gold"]) == (0, 100)
    assert ada.claim(battle).status_code == 200


@pytest.mark.parametrize(
    ("damage", "attacks", "has_share"),
    [(0, 0, False), (12, 1, False), (13, 1, True), (1, 2, True), (0, 2, True), (5, 1, False)],
)
def test_loot_takes_a_quarter_of_a_fair_share_of_the_damage_or_of_the_attacks(
    ada: Person, bob: Person, new_battle: Callable[..., Battle], damage: int, attacks: int, has_share: bool
) -> None:
    battle = new_battle()
    for who in (ada, bob):
        who.join(battle)
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.WON, acts_at=None)
    Fighter.objects.filter(user_id=ada.id).update(damage_dealt=90, attacks=10)
    Fighter.objects.filter(user_id=bob.id).update(damage_dealt=damage, attacks=attacks)

    assert bob.claim(battle).status_code == (200 if has_share else 403)
    assert ada.claim(battle).status_code == 200


def test_many_enemies_act_in_as_few_round_trips_as_one(
    ada: Person, new_battle: Callable[..., Battle], round_trips: list[str]
) -> None:
    def made_by(rats: Any) -> int:
        battle = new_battle(rats=rats)
        ada.join(battle)
        make_due(battle)
        round_trips.clear()
        assert services.act(battle_id=battle.pk)
        return len(round_trips)

    # One more or less: level curves are read once a second.
    assert made_by(8) <= made_by(1) + 1


def test_enemies_begin_by_themselves_if_nobody_attacks(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ada.join(battle)
        clock.shift(timedelta(seconds=29))
        assert not services.act(battle_id=battle.pk)
        clock.shift(timedelta(seconds=1))
        assert services.act(battle_id=battle.pk)
        assert not services.act(battle_id=battle.pk)
    assert ada.get(f"{battle.pk}").json()["state"] == "active"


def test_what_was_missed_while_no_server_ran_is_not_made_up_for(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ada.join(battle)
        ada.attack(only_enemy(battle))
        clock.shift(timedelta(days=3))
        assert services.act(battle_id=battle.pk)
        assert services.act(battle_id=battle.pk) is False
        clock.shift(timedelta(hours=1))
        assert services.act(battle_id=battle.pk)


def test_a_battle_whose_players_are_all_erased_is_lost(
    ada: Person, new_battle: Callable[..., Battle]
) -> None:
    battle = new_battle()
    ada.join(battle)
    Fighter.objects.all().delete()
    make_due(battle)
    services.act(battle_id=battle.pk)
    assert Battle.objects.get(pk=battle.pk).state == "lost"


def test_the_history_holds_my_past_battles(ada: Person, new_battle: Callable[..., Battle]) -> None:
    won, lost, open_one = new_battle(gold=3), new_battle(), new_battle()
    win(ada, won)
    ada.claim(won)
    lose(ada, lost)
    ada.join(open_one)
    page = ada.get("history?limit=1").json()
    assert [past["id"] for past in page["results"]] == [lost.pk]
    assert page["next"] is not None
    first, second = ada.get("history").json()["results"]
    assert (first["state"], first["loot"], first["loot_claimed"], first["hp"]) == ("lost", None, False, 0)
    assert (second["id"], second["state"], second["loot"]["gold"]) == (won.pk, "won", 3)
    assert second["damage_dealt"] >= 40
    assert second["finished_at"] >= second["joined_at"]


def test_my_export_holds_my_battles(ada: Person, new_battle: Callable[..., Battle]) -> None:
    battle = new_battle()
    win(ada, battle)
    exported = ada.client.get("/api/me/export/").json()["battles"]
    assert [past["id"] for past in exported] == [battle.pk]
