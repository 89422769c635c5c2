"""Fights over the world's socket: allowed targets, effects of actions, and endings."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Case, Value, When
from django.utils import timezone

from progression import selectors as progression
from progression import services as players
from realtime.worker import Worker
from world.combat import housekeeping, rules, seeding, services
from world.combat.models import Ability, Combat, Cooldown
from world.models import Character
from world.tests.adventurers import Adventurer, Places, hear_of, in_database

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture(autouse=True)
def content(here: Worker, places: Places) -> None:
    seeding.seed()


@pytest.fixture
async def fight(ada: Adventurer, bob: Adventurer) -> tuple[Any, Any, Any]:
    """Ada has attacked Bob. Returns both sockets and the fight's id."""
    one, other = await ada.enter(), await bob.enter()
    await one.send(type="combat_start", target_id=bob.character_id)
    began = await hear_of("combat_start", one, other)
    assert began[0] == began[1]
    return one, other, began[0]["combat_id"]


async def attack(player: Any, combat_id: Any, target: Any) -> None:
    await player.send(
        type="combat_action", combat_id=combat_id, action_type="attack", target_id=target.character_id
    )


async def error(player: Any) -> Any:
    return (await player.hear_until("error"))["code"]


async def set_health(who: Adventurer, health: Any) -> None:
    await Character.objects.filter(pk=who.character_id).aupdate(health=health)


async def health(who: Adventurer) -> int:
    return (await Character.objects.aget(pk=who.character_id)).health


async def test_both_hear_a_fight_begin_and_the_server_says_what_a_strike_does(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer
) -> None:
    one, other, combat_id = fight
    await one.send(
        type="combat_action",
        combat_id=combat_id,
        action_type="attack",
        target_id=bob.character_id,
        damage=9_999,
    )
    heard = await hear_of("combat_damage", one, other)
    assert heard[0] == heard[1]
    assert (heard[0]["attacker_id"], heard[0]["target_id"]) == (ada.character_id, bob.character_id)
    assert 1 <= heard[0]["damage"] <= 15
    assert heard[0]["amount"] == heard[0]["damage"]
    assert heard[0]["health"] == heard[0]["max_health"] - heard[0]["damage"] == await health(bob)
    await attack(other, combat_id, ada)
    (answer,) = await hear_of("combat_damage", one)
    assert answer["target_id"] == ada.character_id
    assert answer["step"] > heard[0]["step"]


async def test_what_health_there_was_beyond_the_most_is_no_shield(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer
) -> None:
    one, _, combat_id = fight
    # More than the maximum, as for somebody who took off an item that raised it.
    await set_health(bob, 10_000)
    await attack(one, combat_id, bob)
    (heard,) = await hear_of("combat_damage", one)
    assert heard["health"] == heard["max_health"] - heard["damage"]


async def test_whatever_changes_what_somebody_brings_to_a_fight_is_told_where_they_are(
    ada: Adventurer, bob: Adventurer
) -> None:
    def grown() -> tuple[int, int, int]:
        players.grant(ada.id, xp=700, cause="test")
        pet = players.hatch(ada.id, stack_id=ada.given("speckled-egg")).pk
        return ada.given("iron-sword"), pet, ada.given("berries")

    sword, pet, berries = await in_database(grown)
    await ada.enter()
    other = await bob.enter()
    for change in (
        lambda: players.allocate_stats(ada.id, points={"vitality": 1}),
        lambda: players.equip(ada.id, stack_id=sword),
        lambda: players.unequip(ada.id, slot="weapon"),
        lambda: players.equip_pet(ada.id, pet_id=pet),
        lambda: players.feed(ada.id, pet_id=pet, stack_id=berries),
        lambda: players.unequip_pet(ada.id, pet_id=pet),
    ):
        await in_database(change)
        most = await in_database(lambda: progression.combat_stats(ada.id).max_hp)
        (update,) = await hear_of("character_update", other)
        while update["max_health"] != most:  # An update for ada's new level may come first.
            (update,) = await hear_of("character_update", other)
        assert update["character_id"] == ada.character_id


async def test_only_enemies_in_the_same_place_are_attacked_and_one_at_a_time(
    fight: tuple[Any, Any, Any],
    ada: Adventurer,
    cyd: Adventurer,
    eve: Adventurer,
    places: Places,
    adventurer: Callable[..., Adventurer],
) -> None:
    one, _, _ = fight
    three = await cyd.enter()
    for target, code in (
        (cyd.character_id, "same_faction"),
        (ada.character_id, "same_faction"),
        (eve.character_id, "unknown_target"),  # not in play
        (2**53, "unknown_target"),
    ):
        await three.send(type="combat_start", target_id=target)
        assert await error(three) == code
    four = await eve.enter()
    await four.send(type="combat_start", target_id=ada.character_id)
    assert await error(four) == "already_fighting"
    await one.send(type="combat_start", target_id=eve.character_id)
    assert await error(one) == "already_fighting"
    await in_database(eve.walk, places.tide)
    await three.send(type="combat_start", target_id=eve.character_id)
    assert await error(three) == "unknown_target"
    assert await Combat.objects.acount() == 1


async def test_who_does_not_fight_there_and_what_does_not_fit_is_refused(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer, cyd: Adventurer
) -> None:
    one, _, combat_id = fight
    three = await cyd.enter()
    await attack(three, combat_id, bob)
    assert await error(three) == "unknown_combat"
    for wrong, code in (
        ({"target_id": ada.character_id}, "wrong_target"),
        ({"target_id": cyd.character_id}, "wrong_target"),
        ({"combat_id": combat_id + 1}, "unknown_combat"),
        ({"combat_id": 2**53}, "unknown_combat"),
        ({"action_type": "dance"}, "invalid_message"),
        ({"action_type": "spell"}, "unknown_ability"),
        ({"action_type": "spell", "ability_name": "starfall"}, "level_too_low"),
        ({"action_type": "spell", "ability_name": "mend"}, "wrong_target"),
        ({"action_type": "item"}, "not_owned"),
    ):
        asked = {"combat_id": combat_id, "action_type": "attack", "target_id": bob.character_id, **wrong}
        await one.send(type="combat_action", **asked)
        assert await error(one) == code, wrong
    assert await health(bob) == await in_database(lambda: progression.combat_stats(bob.id).max_hp)
    assert await Cooldown.objects.acount() == 0


async def test_a_spell_costs_stamina_and_needs_time_to_recover(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer
) -> None:
    one, other, combat_id = fight
    await Ability.objects.filter(name="spark").aupdate(cooldown_ms=60_000)
    spark = {"combat_id": combat_id, "action_type": "spell", "ability_name": "spark"}
    await one.send(type="combat_action", **spark, target_id=bob.character_id)
    (heard,) = await hear_of("combat_damage", other)
    assert heard["ability_name"] == "spark"
    assert int((await in_database(players.player, ada.id)).stamina) == 97
    await one.send(type="combat_action", **spark, target_id=bob.character_id)
    refusal = await one.hear_until("error")
    assert refusal["code"] == "on_cooldown"
    assert 0 < refusal["retry_after"] <= 60
    assert int((await in_database(players.player, ada.id)).stamina) == 97
    await one.send(type="combat_state", id=7)
    state = await one.hear_until("combat_state")
    assert (state["ref"], state["combat_id"]) == (7, combat_id)
    assert [ability["name"] for ability in state["abilities"] if ability["ready_at"]] == ["spark"]
    await Cooldown.objects.aupdate(ready_at=timezone.now())
    await Ability.objects.aupdate(stamina_cost=200)
    await one.send(type="combat_action", **spark, target_id=bob.character_id)
    assert await error(one) == "not_enough_stamina"


async def test_one_heals_oneself_by_a_spell_or_by_using_an_item_up(
    fight: tuple[Any, Any, Any], ada: Adventurer
) -> None:
    one, other, combat_id = fight
    await set_health(ada, 40)
    own = {"type": "combat_action", "combat_id": combat_id, "target_id": ada.character_id}
    await one.send(**own, action_type="spell", ability_name="mend")
    mended = (await hear_of("combat_heal", one, other))[1]
    assert mended["health"] == 40 + mended["amount"] == await health(ada)
    berries = await in_database(ada.given, "berries", 2)
    ore = await in_database(ada.given, "iron-ore")
    await one.send(**own, action_type="item", item_id=berries)
    (fed,) = await hear_of("combat_heal", other)
    assert (fed["item"], fed["amount"]) == ("Berries", 20)
    await one.send(**own, action_type="item", item_id=ore)
    assert await error(one) == "no_remedy"
    assert await in_database(ada.owns) == {"berries": 1, "iron-ore": 1}


async def test_an_item_needs_no_target_and_a_strike_does(
    fight: tuple[Any, Any, Any], ada: Adventurer
) -> None:
    one, other, combat_id = fight
    await set_health(ada, 40)
    berries = await in_database(ada.given, "berries")
    action = {"type": "combat_action", "combat_id": combat_id}
    await one.send(**action, action_type="attack")
    assert await error(one) == "wrong_target"
    await one.send(**action, action_type="item", item_id=berries)
    (fed,) = await hear_of("combat_heal", other)
    assert (fed["target_id"], fed["health"]) == (ada.character_id, 60)


async def test_of_too_many_actions_at_once_the_first_count(
    fight: tuple[Any, Any, Any], ada: Adventurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _, combat_id = fight
    monkeypatch.setattr(rules, "WINDOW_S", 60.0)
    for _ in range(rules.MAX_ACTIONS + 1):
        await attack(one, combat_id, ada)
    answers = [await error(one) for _ in range(rules.MAX_ACTIONS + 1)]
    assert answers == ["wrong_target"] * rules.MAX_ACTIONS + ["rate_limited"]


async def test_the_defeated_are_back_home_in_good_health_and_the_winner_learns(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer, places: Places
) -> None:
    one, other, combat_id = fight
    await in_database(bob.given, "berries")
    await set_health(bob, 1)
    await attack(one, combat_id, bob)
    ended = await hear_of("combat_end", one, other)
    assert ended[0] == ended[1]
    assert (ended[0]["winner_id"], ended[0]["reason"], ended[0]["xp"]) == (ada.character_id, "defeated", 25)
    moved = await Character.objects.aget(pk=bob.character_id)
    assert moved.location_id == places.tide.pk
    assert moved.health == await in_database(lambda: progression.combat_stats(bob.id).max_hp)
    assert (await in_database(progression.player, ada.id)).xp == 25
    assert (await in_database(bob.gold), await in_database(bob.owns)) == (100, {"berries": 1})
    await attack(one, combat_id, bob)
    assert await error(one) == "combat_over"


async def test_who_has_just_died_is_left_alone_for_a_while(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer, places: Places
) -> None:
    one, other, combat_id = fight
    await set_health(bob, 1)
    await attack(one, combat_id, bob)
    await hear_of("combat_end", one)
    await in_database(bob.walk, places.ford)
    await one.send(type="combat_start", target_id=bob.character_id)
    assert await error(one) == "shielded"
    await Combat.objects.aupdate(ended_at=timezone.now() - rules.SHIELD)
    await one.send(type="combat_start", target_id=bob.character_id)
    await hear_of("combat_start", one)


async def test_who_walks_away_flees(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer, places: Places
) -> None:
    one, other, _ = fight
    await in_database(ada.walk, places.dawn)
    for player in (one, other):
        ended = await player.hear_until("combat_end")
        assert (ended["reason"], ended["loser_id"], ended["xp"]) == ("fled", ada.character_id, 0)
    assert (await Character.objects.aget(pk=ada.character_id)).location_id == places.dawn.pk


async def test_who_loses_the_socket_finds_the_fight_on_return(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer
) -> None:
    one, other, combat_id = fight
    await attack(other, combat_id, ada)
    (struck,) = await hear_of("combat_damage", one)
    await one.leave()
    again = await ada.enter()
    state = await again.hear_until("combat_state")
    assert state["combat_id"] == combat_id
    assert state["fighters"][0]["health"] == struck["health"]
    await attack(again, combat_id, bob)
    await hear_of("combat_damage", other)


async def test_who_stays_away_too_long_has_lost(fight: tuple[Any, Any, Any], ada: Adventurer) -> None:
    one, other, _ = fight
    await one.leave()
    away = Character.objects.filter(pk=ada.character_id)
    await away.aupdate(last_seen=timezone.now() - rules.GRACE)
    # Without a request: the worker's background task finds what is due.
    ended = await other.hear_until("combat_end")
    assert (ended["reason"], ended["loser_id"]) == ("disconnected", ada.character_id)


async def test_of_two_who_stay_away_the_first_to_go_has_lost(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer
) -> None:
    one, other, combat_id = fight
    await one.leave()
    await other.leave()
    earlier, later = (timezone.now() - rules.GRACE * times for times in (3, 2))
    went = Case(When(pk=bob.character_id, then=Value(earlier)), default=Value(later))
    await Character.objects.aupdate(last_seen=went)
    await in_database(lambda: services.end_abandoned(combat_id=combat_id))
    ended = await Combat.objects.aget()
    assert (ended.reason, ended.winner_id) == ("disconnected", ada.character_id)


async def test_nobody_waits_for_a_character_that_is_deleted(
    fight: tuple[Any, Any, Any], ada: Adventurer
) -> None:
    one, other, _ = fight
    await one.leave()
    answer = await in_database(ada.api.delete, f"/api/characters/{ada.character_id}")
    assert answer.status_code == 204
    ended = await other.hear_until("combat_end")
    assert (ended["reason"], ended["loser_id"]) == ("fled", ada.character_id)


async def test_who_dies_while_away_wakes_at_home(
    fight: tuple[Any, Any, Any], ada: Adventurer, bob: Adventurer, places: Places
) -> None:
    one, other, combat_id = fight
    await one.leave()
    await set_health(ada, 1)
    await attack(other, combat_id, ada)
    assert (await other.hear_until("combat_end"))["reason"] == "defeated"
    assert (await Character.objects.aget(pk=ada.character_id)).location_id == places.dawn.pk


async def test_fights_that_are_over_are_forgotten_in_time(
    fight: tuple[Any, Any, Any], ada: Adventurer
) -> None:
    _, other, combat_id = fight
    await set_health(ada, 1)
    await attack(other, combat_id, ada)
    await other.hear_until("combat_end")
    await in_database(housekeeping.tidy)
    assert await Combat.objects.acount() == 1
    await Combat.objects.aupdate(ended_at=timezone.now() - timedelta(days=31))
    await in_database(housekeeping.tidy)
    assert await Combat.objects.acount() == 0
