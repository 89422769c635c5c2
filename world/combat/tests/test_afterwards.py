"""After a fight: recovery of both fighters, and experience for the winner."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from progression import selectors as progression
from world.combat import housekeeping, live, rules, services
from world.combat.models import Combat, Reward
from world.combat.refusals import Shielded
from world.models import Character, Location
from world.tests.adventurers import Adventurer, Places

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(ada: Adventurer, bob: Adventurer) -> tuple[Adventurer, Adventurer]:
    ada.enter_play()
    bob.enter_play()
    return ada, bob


def begin(one: Adventurer, other: Adventurer) -> int:
    services.start(user_id=one.id, target_id=other.character_id)
    return Combat.objects.latest("pk").pk


def defeat(one: Adventurer, other: Adventurer) -> None:
    combat_id = begin(one, other)
    Character.objects.filter(pk=other.character_id).update(health=1)
    services.act(user_id=one.id, combat_id=combat_id, action_type="attack", target_id=other.character_id)


def are_well(*people: Any) -> list[Any]:
    live.look_after_fights()
    most = progression.combat_stats_of(who.id for who in people)
    return [who.character.health == most[who.id].max_hp for who in people]


def test_who_dies_while_their_home_is_being_moved_comes_back_where_they_fell(
    both: tuple[Adventurer, Adventurer], places: Places
) -> None:
    ada, bob = both
    Location.objects.update(respawn=False)
    defeat(ada, bob)
    assert (Combat.objects.get().winner_id, Combat.objects.get().reason) == (ada.character_id, "defeated")
    assert bob.character.location == places.ford
    assert are_well(bob) == [True]
    with pytest.raises(Shielded):
        begin(ada, bob)


def test_the_hurt_are_well_again_after_a_while(
    both: tuple[Adventurer, Adventurer], places: Places, clock: Any
) -> None:
    ada, bob = both
    begin(ada, bob)
    Character.objects.update(health=10)
    ada.walk(places.dawn)
    clock.shift(rules.RECOVERY - timedelta(seconds=1))
    assert are_well(ada, bob) == [False, False]
    clock.shift(1)
    assert are_well(ada, bob) == [True, True]


def test_who_fights_again_is_well_so_long_after_the_last_fight(
    both: tuple[Adventurer, Adventurer], eve: Adventurer, places: Places, clock: Any
) -> None:
    ada, bob = both
    eve.enter_play()
    begin(ada, bob)
    Character.objects.update(health=10)
    ada.walk(places.dawn)
    ada.walk(places.ford)
    begin(ada, eve)
    clock.shift(rules.RECOVERY)
    assert are_well(ada, bob, eve) == [False, True, False]
    ada.walk(places.dawn)
    ada.walk(places.ford)
    clock.shift(10)
    begin(eve, ada)
    eve.walk(places.tide)
    clock.shift(rules.RECOVERY - timedelta(seconds=1))
    assert are_well(ada, eve) == [False, False]
    clock.shift(1)
    assert are_well(ada, eve) == [True, True]


@pytest.mark.parametrize("is_over", [False, True])
def test_whose_opponent_deletes_the_character_is_well_again_too(
    both: tuple[Adventurer, Adventurer], places: Places, clock: Any, is_over: bool
) -> None:
    ada, bob = both
    begin(ada, bob)
    Character.objects.update(health=10)
    if is_over:
        ada.walk(places.dawn)
    assert ada.api.delete(f"/api/characters/{ada.character_id}").status_code == 204
    clock.shift(rules.RECOVERY)
    assert are_well(bob) == [True]


def test_beating_the_same_player_again_and_again_teaches_nothing_whichever_the_character(
    both: tuple[Adventurer, Adventurer], places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = both
    monkeypatch.setattr(rules, "MAX_REWARDS_A_DAY", 1)
    learnt = []
    for name in ("Bobby", "Robert", "Bert"):
        defeat(ada, bob)
        learnt.append(progression.player(ada.id).xp)
        assert bob.api.delete(f"/api/characters/{bob.character_id}").status_code == 204
        made = bob.api.post("/api/characters", {"name": name, "faction": "Tideborn"}).json()
        assert bob.api.post("/api/characters/select", {"character_id": made["id"]}).status_code == 200
        bob.character_id = made["id"]
        bob.move_to(places.ford)
        if name == "Robert":
            Reward.objects.update(at=timezone.now() - timedelta(days=1))
    assert learnt == [25, 25, 50]
    housekeeping.tidy()
    assert Reward.objects.count() == 1
