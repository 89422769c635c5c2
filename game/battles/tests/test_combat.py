"""Unit tests of the rules of combat and battles."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from game import combat
from game.battles import rules, seeding
from progression.rules import FIRST_STATS, derived


@dataclass(frozen=True)
class Somebody:
    attack: int
    defense: int
    critical_chance: float = 0.0


amounts = st.integers(0, 100_000)
chances = st.floats(0, 1)
people = st.builds(Somebody, attack=amounts, defense=amounts, critical_chance=chances)
seeds = st.integers(0, 2**53)


@given(people, people, seeds)
def test_a_strike_is_repeatable_and_does_something(attacker: Any, defender: Any, seed: Any) -> None:
    hit = combat.strike(attacker, defender, Random(seed))
    assert hit == combat.strike(attacker, defender, Random(seed))
    assert 1 <= hit.damage <= max(1, attacker.attack * 1.1 * combat.CRITICAL_FACTOR + 1)


@given(people, amounts, amounts, seeds)
def test_more_defence_never_hurts(attacker: Any, low: Any, high: Any, seed: Any) -> None:
    low, high = sorted((low, high))
    weak = combat.strike(attacker, Somebody(1, low), Random(seed))
    strong = combat.strike(attacker, Somebody(1, high), Random(seed))
    assert strong.damage <= weak.damage


@given(amounts, amounts, people, seeds)
def test_more_attack_never_hurts(low: Any, high: Any, defender: Any, seed: Any) -> None:
    low, high = sorted((low, high))
    weak = combat.strike(Somebody(low, 0, 0.3), defender, Random(seed))
    strong = combat.strike(Somebody(high, 0, 0.3), defender, Random(seed))
    assert weak.damage <= strong.damage


def test_criticals_come_as_often_as_they_should_and_hurt_half_as_much_again() -> None:
    random = Random(1)
    hits = [combat.strike(Somebody(1000, 0, 0.25), Somebody(1, 0), random) for _ in range(4000)]
    criticals = [hit.damage for hit in hits if hit.critical]
    others = [hit.damage for hit in hits if not hit.critical]
    assert 900 <= len(criticals) <= 1100
    assert all(1350 <= damage <= 1650 for damage in criticals)
    assert all(900 <= damage <= 1100 for damage in others)


@given(st.integers(1, 100_000), st.integers(1, 20))
def test_enemies_grow_with_each_player_but_each_player_has_less_to_do(hp: Any, players: Any) -> None:
    assert combat.scaled_hp(hp, 1) == hp
    assert combat.scaled_hp(hp, players) < combat.scaled_hp(hp, players + 1) or hp == 1
    assert combat.scaled_hp(hp, players) <= hp * players
    assert combat.attack_factor(players) < combat.attack_factor(players + 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 100), st.integers(1, 9))), seeds)
def test_loot_is_repeatable_and_from_the_table(table: Any, seed: Any) -> None:
    drops = [rules.Chance(*line) for line in table]
    drawn = rules.loot(drops, rules.generator(seed, "loot"))
    assert drawn == rules.loot(drops, rules.generator(seed, "loot"))
    certain = [rules.Loot(drop.item, drop.quantity) for drop in drops if drop.percent == 100]
    possible = [rules.Loot(drop.item, drop.quantity) for drop in drops if drop.percent > 0]
    assert all(drawn.count(item) >= certain.count(item) for item in certain)
    assert all(drawn.count(item) <= possible.count(item) for item in drawn)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.integers(0, 10**9), st.integers(500, 10**7))
def test_an_enemy_keeps_its_rhythm_and_never_makes_up_for_what_it_missed(late_ms: Any, every_ms: Any) -> None:
    late, every = timedelta(milliseconds=late_ms), timedelta(milliseconds=every_ms)
    after = rules.next_action(NOW - late, NOW, every)
    assert NOW < after <= NOW + every
    if late < every:
        assert after == NOW - late + every


@given(seeds)
def test_the_easiest_battle_is_won_alone_by_a_beginner_who_takes_his_time(seed: Any) -> None:
    """One attack per second, where two are allowed."""
    random = Random(seed)
    beginner = derived(1, FIRST_STATS)
    easiest = min(seeding.BATTLES.values(), key=lambda sketch: sketch.level)
    sorts = [seeding.ENEMIES[name] for name, count in easiest.lineup.items() for _ in range(count)]
    hp, left, second = beginner.max_hp, [sort.max_hp for sort in sorts], 0
    while any(left):
        second += 1
        target = next(number for number, enemy_hp in enumerate(left) if enemy_hp)
        strike = combat.strike(beginner, Somebody(sorts[target].attack, sorts[target].defense), random)
        left[target] = max(0, left[target] - strike.damage)
        for sort, enemy_hp in zip(sorts, left, strict=True):
            if enemy_hp and second * 1000 % sort.acts_every_ms < 1000:
                enemy = Somebody(sort.attack, sort.defense, sort.critical_percent / 100)
                hp -= combat.strike(enemy, beginner, random).damage
        assert hp > 0
