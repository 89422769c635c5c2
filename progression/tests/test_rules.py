"""The pure rules: levels, bonuses, chances, stamina."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progression import rules
from progression.rules import Curve, PetInSet, Regeneration, Stamina, Stats

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TENTH = Regeneration(Decimal("0.1"), 10)

regenerations = st.builds(
    Regeneration,
    fraction=st.decimals("0.001", "1", places=3),
    interval=st.integers(1, 3600),
)
curves = st.builds(Curve, st.integers(1, 10**6), st.integers(0, 10**5), st.integers(2, 1000))
elapsed = st.integers(0, 10**6)


def after(seconds: float, value: int = 0, *, maximum: int = 100, by: Any = TENTH) -> Stamina:
    return rules.regenerated(
        Stamina(Decimal(value), NOON), NOON + timedelta(seconds=seconds), maximum=maximum, by=by
    )


@pytest.mark.parametrize(("xp", "level", "lacking"), [(0, 1, 100), (99, 1, 1), (100, 2, 200), (300, 3, 300)])
def test_levels_come_with_experience(xp: int, level: int, lacking: int) -> None:
    curve = Curve(first=100, more=100, highest=100)

    assert (curve.level_at(xp), curve.to_next(xp)) == (level, lacking)


@given(curves)
def test_there_is_a_last_level(curve: Any) -> None:
    last = curve.begins_at(curve.highest)

    assert curve.level_at(last - 1) == curve.highest - 1
    assert curve.level_at(last) == curve.level_at(last * 1000) == curve.highest
    assert curve.to_next(last * 1000) == 0


@given(curves, st.integers(0, 10**9))
def test_a_level_spans_from_where_it_begins_to_where_the_next_does(curve: Any, xp: Any) -> None:
    level = curve.level_at(xp)

    assert curve.begins_at(level) <= xp
    assert level == curve.highest or xp < xp + curve.to_next(xp) == curve.begins_at(level + 1)


def test_pets_of_one_family_make_each_other_stronger() -> None:
    fox, frog = PetInSet("fire", 11, Stats(agility=10)), PetInSet("water", 11, Stats(agility=10))

    assert rules.pet_bonus([fox]).agility == 20
    assert rules.pet_bonus([fox, frog]).agility == 40
    assert rules.pet_bonus([fox, fox]).agility == 44
    assert rules.pet_bonus([fox, fox, fox]).agility == 75


@given(st.integers(1, 100), st.builds(Stats, *[st.integers(-500, 500)] * 5))
def test_nobody_is_without_life_or_always_critical(level: Any, stats: Any) -> None:
    fight = rules.derived(level, stats)

    assert fight.max_hp >= 1
    assert fight.attack >= 1
    assert fight.defense >= 0
    assert 0 <= fight.critical_chance <= 0.5


# -- Stamina


def test_a_tenth_comes_back_when_ten_seconds_are_over_and_not_before() -> None:
    assert [int(after(seconds).value) for seconds in (0, 9, 10, 19, 20, 99, 100, 10**9)] == [
        *(0, 0, 10, 10, 20, 90, 100, 100)
    ]


def test_it_is_full_at_the_second_that_is_foretold() -> None:
    at = rules.full_at(Stamina(Decimal(35), NOON), maximum=100, by=TENTH)

    assert at == NOON + timedelta(seconds=70)
    assert after(69, 35).value == 95
    assert after(70, 35).value == 100
    assert rules.full_at(Stamina(Decimal(100), NOON), maximum=100, by=TENTH) is None


@given(st.lists(st.integers(0, 500), max_size=8), st.integers(0, 90), regenerations)
def test_looking_in_between_changes_nothing(pauses: Any, value: Any, by: Any) -> None:
    looked_often, now = Stamina(Decimal(value), NOON), NOON
    for pause in pauses:
        now += timedelta(seconds=pause)
        looked_often = rules.regenerated(looked_often, now, maximum=100, by=by)

    assert looked_often.value == after(sum(pauses), value, by=by).value


@given(elapsed, st.integers(0, 100), regenerations)
def test_it_never_falls_by_itself_nor_rises_above_the_maximum(seconds: Any, value: Any, by: Any) -> None:
    assert value <= after(seconds, value, by=by).value <= 100


@given(elapsed, st.integers(0, 90), st.integers(0, 500), regenerations)
def test_a_clock_put_back_takes_nothing_and_what_follows_is_counted_from_there(
    back: Any, value: Any, later: Any, by: Any
) -> None:
    now = NOON - timedelta(seconds=back)

    put_back = rules.regenerated(Stamina(Decimal(value), NOON), now, maximum=100, by=by)
    then = rules.regenerated(put_back, now + timedelta(seconds=later), maximum=100, by=by)

    assert put_back.value == value
    assert then.value == after(later, value, by=by).value


@given(st.integers(0, 99), regenerations)
def test_the_second_before_it_is_full_it_is_not(value: Any, by: Any) -> None:
    stamina = Stamina(Decimal(value), NOON)
    at = rules.full_at(stamina, maximum=100, by=by)

    assert rules.regenerated(stamina, at, maximum=100, by=by).value == 100
    assert rules.regenerated(stamina, at - timedelta(seconds=1), maximum=100, by=by).value < 100


# -- Eggs and the shop


def test_the_odds_of_every_egg_are_whole() -> None:
    for egg in rules.RARITIES:
        assert sum(rules.odds(rules.HATCH_ODDS[egg], rules.RARITIES).values()) == pytest.approx(1)


def test_what_is_not_there_to_hatch_leaves_its_chance_to_the_rest() -> None:
    assert rules.odds(rules.HATCH_ODDS["rare"], ["uncommon", "rare"]) == {
        "uncommon": 0.517241,
        "rare": 0.482759,
    }
    assert rules.odds(rules.HATCH_ODDS["legendary"], ["common"]) == {"common": 1}


@given(st.integers(0, 2**53), st.sampled_from(rules.RARITIES))
def test_the_same_seed_hatches_the_same_however_the_species_are_listed(seed: Any, egg: Any) -> None:
    one = {"common": ["fox", "frog"], "rare": ["wolf"], "legendary": ["phoenix"]}
    other = {"legendary": ["phoenix"], "rare": ["wolf"], "common": ["frog", "fox"]}

    chances = rules.HATCH_ODDS[egg]
    assert rules.hatch(seed, chances, one) == rules.hatch(seed, chances, other)


def test_eggs_hatch_as_often_as_the_odds_say() -> None:
    species, random = {rarity: [rarity] for rarity in rules.RARITIES}, Random(1)

    drawn = Counter(
        rules.hatch(random.getrandbits(53), rules.HATCH_ODDS["common"], species) for _ in range(20_000)
    )

    for rarity, chance in rules.odds(rules.HATCH_ODDS["common"], species).items():
        assert drawn[rarity] / 20_000 == pytest.approx(chance, abs=0.01)


def test_what_is_for_sale_on_a_day_is_drawn_by_the_day() -> None:
    names = list("abcdefgh")
    days = [date(2030, 1, day) for day in range(1, 20)]

    drawn = [rules.of_the_day(names, day, 3) for day in days]

    assert drawn == [rules.of_the_day(reversed(names), day, 3) for day in days]
    assert {len(set(one)) for one in drawn} == {3}
    assert {name for one in drawn for name in one} == set(names)
