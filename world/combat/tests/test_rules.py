"""Unit tests of the fights' rules."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from world.combat import rules

levels = st.integers(1, 100)


@given(levels, levels)
def test_there_is_more_to_learn_from_the_stronger_and_nothing_from_the_far_weaker(
    winner: Any, loser: Any
) -> None:
    learnt = rules.experience(winner, loser)
    assert rules.experience(winner + 1, loser) <= learnt <= rules.experience(winner, loser + 1)
    assert (learnt == 0) == (winner - loser >= rules.FAR_BELOW)


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers())
def test_a_spell_heals_a_share_of_the_attack_give_or_take_a_tenth(
    attack: Any, percent: Any, seed: Any
) -> None:
    healed = rules.heal(attack, percent, Random(seed))
    share = attack * percent / 100
    assert max(1, int(share * 0.9)) <= healed <= max(1, round(share * 1.1))
