"""Matching rules, for arbitrary tickets."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import UserId
from game.author import Game, Grid, Queue, Record, Seat, State, move
from game.author.queues import Waiting
from matchmaking import rules
from matchmaking.parties.rules import best_region


class Table(Game):
    players = (1, 100)
    grid = Grid(rows=1, columns=1, marks="x" * 100)

    @move
    def sit(self, state: State, seat: Seat) -> None:
        pass

    def result(self, state: State) -> None:
        return None


def a_queue(*, fewest: int, most: int, **declared: Any) -> Queue:
    """Return a queue for games of so many players."""
    game = type("Table", (Table,), {"players": (fewest, most)})
    return type("TableQueue", (Queue,), {"game": game, **declared})()


def groups(
    tickets: list[Waiting], *, fewest: int, most: int, apart: Iterable[tuple[UserId, UserId]] = ()
) -> list[list[Waiting]]:
    return rules.groups(tickets, a_queue(fewest=fewest, most=most), apart=apart)


def window(waited: float) -> float:
    return a_queue(fewest=2, most=2).window(waited, Waiting(1, 1500, waited, (UserId(1),)))


waits = st.floats(0, 60)
solos = st.lists(st.tuples(st.integers(1000, 2000), waits), max_size=30).map(
    lambda rows: [Waiting(id, rating, waited, (UserId(id),)) for id, (rating, waited) in enumerate(rows)]
)
parties = st.lists(st.tuples(st.integers(1000, 2000), waits, st.integers(1, 4)), max_size=20).map(
    lambda rows: [
        Waiting(id, rating, waited, tuple(map(UserId, range(10 * id, 10 * id + size))))
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
    tickets = [Waiting(number, 1500, 0.0, (UserId(number),)) for number in range(101)]

    assert [len(group) for group in groups(tickets, fewest=50, most=50)] == [50, 50]


def test_those_kept_apart_are_matched_with_the_next_nearest() -> None:
    tickets = [Waiting(number, 1500 + number, 0.0, (UserId(number),)) for number in range(4)]

    made = groups(tickets, fewest=2, most=2, apart=[(UserId(1), UserId(0)), (UserId(2), UserId(3))])

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
    tickets = [Waiting(id, 1500, 0, (UserId(id),)) for id in (3, 1, 2)]

    assert [[ticket.id for ticket in group] for group in groups(tickets, fewest=2, most=2)] == [[1, 2]]


def test_the_window_widens_until_anybody_will_do() -> None:
    assert [window(waited) for waited in (0, 1, 10, 29.9, 30)] == [100, 125, 350, 847.5, float("inf")]


def test_fewer_players_will_do_when_the_queue_says_so() -> None:
    tickets = [Waiting(number, 1500, 5.0, (UserId(number),)) for number in range(3)]

    def made(**declared: Any) -> list[int]:
        return [len(group) for group in rules.groups(tickets, a_queue(fewest=2, most=4, **declared))]

    assert made() == made(fewer_after=5.1) == made(fewer_after=None) == []
    assert made(fewer_after=5) == made(fewer_after=0) == [3]


def test_the_window_is_that_of_the_queue() -> None:
    class Strict(Queue):
        game = Table

        def window(self, waited_s: float, ticket: Waiting) -> float:
            return 10 * waited_s + ticket.uncertainty

    far = [Waiting(0, 1500, 1.0, (UserId(0),), 5), Waiting(1, 1516, 0.0, (UserId(1),), 0)]
    near = [far[0], Waiting(1, 1515, 0.0, (UserId(1),), 0)]

    assert rules.groups(far, pair_of(Strict)) == []
    assert rules.groups(near, pair_of(Strict)) == [near]


def pair_of(queue: type[Queue]) -> Queue:
    return type("Pairs", (queue,), {"game": a_queue(fewest=2, most=2).game})()


class Region(Record):
    region: str


class Regional(Queue):
    game = Table
    asks = Region

    def fits(self, one: Waiting, other: Waiting) -> bool:
        return one.asks.region == other.asks.region or "any" in (one.asks.region, other.asks.region)


asking = st.lists(
    st.tuples(st.integers(1000, 2000), waits, st.sampled_from(["eu", "us", "any"])), max_size=30
).map(
    lambda rows: [
        Waiting(id, rating, waited, (UserId(id),), 0, Region(region=region))
        for id, (rating, waited, region) in enumerate(rows)
    ]
)


@given(tickets=asking, size=st.integers(2, 4))
def test_tickets_that_do_not_fit_are_never_in_one_match(tickets: list[Waiting], size: int) -> None:
    queue = type("Sized", (Regional,), {"game": a_queue(fewest=size, most=size).game})()

    for group in rules.groups(tickets, queue):
        assert len({ticket.asks.region for ticket in group} - {"any"}) <= 1


def test_the_few_of_a_region_find_each_other_in_a_crowd_of_another() -> None:
    crowd = [
        Waiting(number, 1500, 0.0, (UserId(number),), 0, Region(region=f"r{number}")) for number in range(100)
    ]
    few = [
        Waiting(200 + number, 1450 + 100 * number, 0.0, (UserId(200 + number),), 0, Region("eu"))
        for number in (0, 1)
    ]

    assert rules.groups([few[0], *crowd, few[1]], pair_of(Regional)) == [few]


@given(tickets=parties, layout=st.sampled_from([(2, 2), (3, 3), (1, 3), (2, 2, 2), (5, 5)]))
def test_teams_fill_up_and_parties_stay_together(tickets: list[Waiting], layout: tuple[int, ...]) -> None:
    numbers = iter(range(100))
    teams = [[next(numbers) for _ in range(size)] for size in layout]
    queue = a_queue(fewest=1, most=sum(layout), teams=teams)

    for group in rules.groups(tickets, queue):
        divided = rules.divide(group, layout)
        assert [sum(len(one.user_ids) for one in team) for team in divided] == list(layout)
        assert sorted(one.id for team in divided for one in team) == sorted(one.id for one in group)


@given(ratings=st.lists(st.integers(1000, 2000), min_size=6, max_size=6))
def test_no_other_teams_would_be_more_even(ratings: list[int]) -> None:
    tickets = [Waiting(number, rating, 0.0, (UserId(number),)) for number, rating in enumerate(ratings)]

    one, other = rules.divide(tickets, [3, 3])

    def apart(team: Iterable[Waiting]) -> int:
        return abs(2 * sum(ticket.rating for ticket in team) - sum(ratings))

    assert apart(one) == apart(other) == min(map(apart, itertools.combinations(tickets, 3)))


def test_only_parties_that_make_whole_teams_are_matched() -> None:
    queue = a_queue(fewest=1, most=6, teams=[[0, 2, 4], [1, 3, 5]])

    def made(*sizes: int) -> list[list[int]]:
        tickets = [
            Waiting(n, 1500, 60.0, tuple(map(UserId, range(10 * n, 10 * n + size))))
            for n, size in enumerate(sizes)
        ]
        return [sorted(len(ticket.user_ids) for ticket in group) for group in rules.groups(tickets, queue)]

    assert made(2, 2, 2) == made(4, 2) == made(3, 2) == []
    assert made(2, 3, 2, 1) == [[1, 2, 3]]


newcomers = st.lists(st.tuples(st.integers(500, 2500), st.integers(0, 333)), max_size=30).map(
    lambda rows: [
        Waiting(id, rating, 0.0, (UserId(id),), uncertainty) for id, (rating, uncertainty) in enumerate(rows)
    ]
)


@given(tickets=newcomers)
def test_nobody_is_drawn_further_than_the_uncertainty_of_the_own_rating_allows(
    tickets: list[Waiting],
) -> None:
    queue = a_queue(fewest=2, most=2)

    for one, other in rules.groups(tickets, queue):
        reach = min(map(queue.newcomer_window, (one, other)))
        assert abs(one.rating - other.rating) <= max(100, reach)


@pytest.mark.parametrize(
    ("latencies", "best"),
    [
        ([], None),
        ([{}], None),
        ([{"eu": 20, "us": 10}], "us"),
        ([{"eu": 20, "us": 10}, {"eu": 30, "us": 90}], "eu"),
        ([{"eu": 20}, {"us": 10}], None),
        ([{"us": 5, "eu": 5}], "eu"),
    ],
)
def test_the_best_region_is_that_of_the_slowest_member(latencies: Any, best: str | None) -> None:
    assert best_region(latencies) == best
