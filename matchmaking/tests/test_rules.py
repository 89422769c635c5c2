"""Matching rules, for arbitrary tickets."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from matchmaking.rules import Waiting, groups, window

waits = st.floats(0, 60)
solos = st.lists(st.tuples(st.integers(1000, 2000), waits), max_size=30).map(
    lambda rows: [Waiting(id, rating, waited, (id,)) for id, (rating, waited) in enumerate(rows)]
)
parties = st.lists(st.tuples(st.integers(1000, 2000), waits, st.integers(1, 4)), max_size=20).map(
    lambda rows: [
        Waiting(id, rating, waited, tuple(range(10 * id, 10 * id + size)))
        for id, (rating, waited, size) in enumerate(rows)
    ]
)
tables = st.tuples(st.integers(2, 4), st.integers(0, 3)).map(lambda ends: (ends[0], ends[0] + ends[1]))


def may_play(group: Any) -> Any:
    ratings = [ticket.rating for ticket in group]
    return max(ratings) - min(ratings) <= max(window(ticket.waited) for ticket in group)


@given(tickets=parties, table=tables)
def test_groups_fit_the_table_and_the_window_and_nobody_is_in_two(tickets: Any, table: Any) -> None:
    fewest, most = table
    made = groups(tickets, fewest=fewest, most=most)

    taken = [ticket.id for group in made for ticket in group]
    assert len(taken) == len(set(taken))
    for group in made:
        assert fewest <= sum(len(ticket.user_ids) for ticket in group) <= most
        assert may_play(group)


# The first member of each party, so that most parties are kept apart from another one.
foes = st.sets(st.tuples(*[st.integers(0, 19).map(lambda id: 10 * id)] * 2), max_size=60)


@given(tickets=parties, table=tables, pairs=foes)
def test_those_kept_apart_never_meet(tickets: Any, table: Any, pairs: Any) -> None:
    fewest, most = table
    for group in groups(tickets, fewest=fewest, most=most, apart=pairs):
        for one, other in itertools.combinations(group, 2):
            for pair in itertools.product(one.user_ids, other.user_ids):
                assert pair not in pairs
                assert pair[::-1] not in pairs


def test_a_large_table_fills_up() -> None:
    tickets = [Waiting(number, 1500, 0.0, (number,)) for number in range(101)]

    assert [len(group) for group in groups(tickets, fewest=50, most=50)] == [50, 50]


def test_those_kept_apart_are_matched_with_the_next_nearest() -> None:
    tickets = [Waiting(number, 1500 + number, 0.0, (number,)) for number in range(4)]

    made = groups(tickets, fewest=2, most=2, apart=[(1, 0), (2, 3)])

    assert sorted(sorted(ticket.id for ticket in group) for group in made) in (
        [[0, 2], [1, 3]],
        [[0, 3], [1, 2]],
    )


@given(tickets=solos)
def test_of_those_left_over_no_two_may_play(tickets: Any) -> None:
    taken = {ticket.id for group in groups(tickets, fewest=2, most=2) for ticket in group}

    left = [ticket for ticket in tickets if ticket.id not in taken]
    assert not any(may_play(pair) for pair in itertools.combinations(left, 2))


@given(tickets=solos)
def test_of_those_left_over_no_three_may_play(tickets: Any) -> None:
    taken = {ticket.id for group in groups(tickets, fewest=3, most=3) for ticket in group}

    left = [ticket for ticket in tickets if ticket.id not in taken]
    assert not any(may_play(three) for three in itertools.combinations(left, 3))


@given(tickets=solos)
def test_the_closest_two_of_all_play_each_other(tickets: Any) -> None:
    def spread(pair: Any) -> Any:
        return abs(pair[0].rating - pair[1].rating)

    pairs = [pair for pair in itertools.combinations(tickets, 2) if may_play(pair)]
    made = groups(tickets, fewest=2, most=2)

    assert bool(pairs) == bool(made)
    if pairs:
        assert min(map(spread, made)) == min(map(spread, pairs))


def test_among_equals_the_eldest_play_first() -> None:
    tickets = [Waiting(id, 1500, 0, (id,)) for id in (3, 1, 2)]

    assert [[ticket.id for ticket in group] for group in groups(tickets, fewest=2, most=2)] == [[1, 2]]


def test_the_window_widens_until_anybody_will_do() -> None:
    assert [window(waited) for waited in (0, 1, 10, 29.9, 30)] == [100, 125, 350, 847.5, float("inf")]
