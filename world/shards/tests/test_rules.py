"""Unit tests of the captures' rules."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from world.shards import rules
from world.shards.rules import CHANNEL, Channel

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@given(st.booleans(), st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
def test_a_channel_runs_while_nobody_contests_it_and_takes_as_long_as_it_takes(
    contested: Any, moments: Any
) -> None:
    channel, now, ran = Channel.start(NOON, contested=contested), NOON, timedelta()
    for seconds, contested_next in moments:
        if not contested:
            ran = min(CHANNEL, ran + seconds * SECOND)
        now, contested = now + seconds * SECOND, contested_next
        channel = channel.with_contest(contested, now)
    assert channel.time_left(now) == CHANNEL - ran
    assert channel.contested == contested


owners = st.lists(st.sampled_from([None, 1, 2, 3]), max_size=9)


@given(owners)
def test_who_holds_more_than_half_rules_and_who_holds_all_brings_the_fall(owners: Any) -> None:
    counted = Counter(owners)
    ruler = rules.ruler(owners)
    if ruler is None:
        assert all(counted[faction] * 2 <= len(owners) for faction in (1, 2, 3))
    else:
        assert counted[ruler] * 2 > len(owners)
    assert rules.holds_all(owners) == (ruler is not None and counted[ruler] == len(owners))


@given(st.integers(0, 20), st.integers(1, 6), st.integers())
def test_shards_fall_all_over_the_world(count: Any, places: int, seed: Any) -> None:
    fallen = rules.scatter(count, range(places), Random(seed))
    assert len(fallen) == count
    heaps = Counter(fallen)
    assert max(heaps.values(), default=0) - min((heaps[place] for place in range(places)), default=0) <= 1
