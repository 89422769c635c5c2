"""Small versions of trials that no app's tests cover, and tests of the checkers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from core.embedded import postgres
from trials import faults
from trials.catalogue import TRIALS
from trials.history import History, Operation, Refused, Unknown, read
from trials.lobbies import check_order, heard_within
from trials.tables import check_games, resumed_after
from trials.trading import check as check_trades
from trials.trial import conduct


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A durable PostgreSQL that trials may crash."""
    with postgres.Server(durable=True) as server:
        yield server


@pytest.mark.parametrize(
    "name", ["trades", "stopping", "database_loss", "malformed", "churn", "clocks", "strangers"]
)
def test_a_trial_holds_in_small(name: str, cluster: Any, tmp_path: Path) -> None:
    figures = conduct(TRIALS[name], tmp_path / "history.jsonl", quick=True, cluster=cluster)

    # Durations mean nothing on a busy machine.
    assert not [figure for figure in figures if not figure.holds and not figure.is_timed]


@pytest.mark.parametrize("fault", sorted({trial.fault for trial in TRIALS.values() if trial.fault}))
def test_a_fault_can_still_be_planted(fault: Any) -> None:
    try:
        getattr(faults, fault)()
    finally:
        mock.patch.stopall()


def broken(figures: Any) -> set[Any]:
    return {figure.name for figure in figures if not figure.holds}


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.jsonl") as history:
        yield history


def operations(history: History) -> list[Operation]:
    history._file.flush()
    return read(history.path)


def test_a_history_tells_how_each_operation_ended(history: History) -> None:
    with history.operation("ada", "buy", item=1) as operation:
        operation.told["price"] = 3
    with history.operation("ada", "buy", item=2):
        raise Refused("sold_out")
    with history.operation("ada", "buy", item=3):
        raise Unknown("no answer")
    with pytest.raises(ZeroDivisionError), history.operation("ada", "buy", item=4):
        raise ZeroDivisionError
    history.seen("bob", "left")

    told = [(each.asked, each.outcome, each.told) for each in operations(history)]

    assert told == [
        ({"item": 1}, "ok", {"price": 3}),
        ({"item": 2}, "fail", {"why": "sold_out"}),
        ({"item": 3}, "unknown", {"why": "no answer"}),
        ({"item": 4}, "unknown", {}),
        ({}, "seen", {}),
    ]


class Journal:
    """The final database as read by the checker of games: the moves, then the games with gaps."""

    def __init__(self, *rows: Any) -> None:
        self.rows = rows

    def __call__(self, statement: str) -> list[tuple[Any, ...]]:
        return [] if "GROUP BY" in statement else [(Hex("g"), *row) for row in self.rows]


class Hex(str):
    @property
    def hex(self) -> str:
        return str(self)


def row(seq: Any, user: Any, cell: int) -> tuple[Any, Any, str]:
    return seq, user, f'{{"movement":{{"cell":{cell}}},"left_ms":null}}'


@pytest.fixture
def play(history: History) -> Callable[[int], list[Any]]:
    def play(count: int) -> list[Any]:
        for seq in range(1, count + 1):
            move(history, seq, seq % 2, seq % 9)
        return [row(seq, seq % 2, seq % 9) for seq in range(1, count + 1)]

    return play


def move(history: History, seq: Any, user: Any, cell: int, outcome: Any = None) -> None:
    with history.operation(f"player-{user}", "move", game="g", user=user, cell=cell) as operation:
        if outcome is not None:
            raise outcome("lost")
        operation.told["seq"] = seq


def test_a_game_that_was_kept_as_it_was_told_is_whole(
    history: History, play: Callable[[int], list[Any]]
) -> None:
    kept = play(30)
    move(history, None, 1, 4, Unknown)
    move(history, None, 1, 5, Refused)

    assert not broken(check_games(operations(history), Journal(*kept)))
    # One unacknowledged entry may be stored.
    assert not broken(check_games(operations(history), Journal(*kept, row(31, 1, 4))))


@pytest.mark.parametrize("extra", [[row(31, 1, 4), row(32, 1, 4)], [row(31, 1, 5)], [row(31, 0, 4)]])
def test_moves_made_twice_or_after_a_refusal_or_by_nobody_are_found(
    history: History, play: Callable[[int], list[Any]], extra: list[Any]
) -> None:
    kept = play(30)
    move(history, None, 1, 4, Unknown)
    move(history, None, 1, 5, Refused)

    found = broken(check_games(operations(history), Journal(*kept, *extra)))

    assert found == {"moves made twice, or by nobody"}


def test_a_lost_move_and_one_heard_otherwise_are_found(
    history: History, play: Callable[[int], list[Any]]
) -> None:
    kept = play(30)
    history.seen("player-0", "heard", game="g", seq=7, user=1, cell=8)

    found = broken(check_games(operations(history), Journal(*kept[:-1])))

    assert found == {"acknowledged moves lost", "moves heard otherwise than kept"}


def test_the_time_to_the_next_move_is_counted_for_interrupted_games_alone(history: History) -> None:
    history.seen("operator", "killed")
    history.seen("player-1", "lost", path="/ws/game/g/", code=1006)
    history.seen("reader", "lost", path="/ws/notifications/", code=1006)
    move(history, 2, 1, 2)
    happened = operations(history)

    [wait] = resumed_after(happened, [happened[0].started])

    assert wait == happened[-1].ended - happened[0].started
    assert resumed_after(happened[:-1], [happened[0].started]) == [float("inf")]


OFFERS = [
    {"user_id": 1, "gold": 5, "items": []},
    {"user_id": 2, "gold": 0, "items": [{"item_id": 7, "quantity": 1}]},
]
SWAPPED = [(1, "gold", -5), (2, "gold", 5), (1, "7", 1), (2, "7", -1)]
BROUGHT = [(1, "gold", 100), (2, "gold", 100), (2, "7", 1)]
# By what the statement that asks for them says: the database after five gold went for one sword.
AFTER_A_SWAP = {
    "state = 'completed'": [(9, *offer.values()) for offer in OFFERS],
    "HAVING sum": [("trade:9", *movement) for movement in SWAPPED],
    "progression_player": [(1, "gold", 95), (2, "gold", 105), (1, "7", 1)],
    "coalesce": [(*moved, False) for moved in BROUGHT] + [(*moved, True) for moved in SWAPPED],
    "HAVING count": [],
}


@pytest.mark.parametrize(
    ("kept", "outcome", "found"),
    [
        ({}, None, set()),
        ({}, Unknown, set()),
        ({}, Refused, {"swaps that were refused to both"}),
        (
            {"state = 'completed'": []},
            None,
            {
                "acknowledged swaps lost, or told otherwise than kept",
                "swaps that moved something else than was offered",
            },
        ),
        (
            {"HAVING sum": [("trade:9", *movement) for movement in SWAPPED[:3]]},
            None,
            {"swaps that moved something else than was offered"},
        ),
        (
            {"progression_player": [(1, "gold", 95), (2, "gold", 105), (1, "7", 1), (2, "7", 1)]},
            None,
            {
                "of these, without an owner or with several",
                "kinds of things lost or doubled",
                "books that do not add up",
            },
        ),
    ],
)
def test_swaps_that_are_lost_half_made_doubled_or_unwanted_are_found(
    history: History, kept: dict[str, Any], outcome: Any, found: Any
) -> None:
    for who in ("ada", "bob"):
        with history.operation(who, "confirm", trade=9) as operation:
            if outcome is not None:
                raise outcome("lost")
            operation.told["offers"] = OFFERS

    def query(statement: str) -> Any:
        return next(rows for asks, rows in (AFTER_A_SWAP | kept).items() if asks in statement)

    assert broken(check_trades(operations(history), query)) == found


def told(history: History, who: Any, *events: Any) -> None:
    history.seen(who, "shown", ids=[], seq=10)
    for seq, number in events:
        history.seen(who, "event", ids=[number], seq=seq)


def kept(statement: str) -> list[tuple[int, str]]:
    return [(number, f"text {number}") for number in range(1, 13)]


WHOLE = [(10 + number, number) for number in range(1, 13)]


@pytest.mark.parametrize(
    ("bobs", "found"),
    [
        (WHOLE, set()),
        (WHOLE[:-1], {"messages that somebody never heard"}),
        (
            [*WHOLE[:5], *WHOLE[6:]],
            {"messages that somebody never heard", "events whose number is not the next"},
        ),
        (
            [*WHOLE[:-2], (21, 12), (22, 11)],
            {"events with another number for others"},
        ),
        ([*WHOLE, WHOLE[-1]], {"events whose number is not the next"}),
    ],
)
def test_what_was_missed_repeated_or_out_of_order_is_found(history: History, bobs: Any, found: Any) -> None:
    told(history, "ada", *WHOLE)
    told(history, "bob", *bobs)

    assert broken(check_order(operations(history), kept)) == found


def test_hearing_is_timed_from_saying(history: History) -> None:
    with history.operation("ada", "say", text="text 1"):
        pass
    told(history, "bob", WHOLE[0])
    happened = operations(history)

    assert heard_within(happened, kept) == [happened[-1].started - happened[0].started]
