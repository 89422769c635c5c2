"""The benchmark's games last as long as the generator's script."""

import msgspec
import pytest

from bench.games import BenchBoard, BenchRealTime
from bench.sockets import MOVES
from game.author.match import Match
from game.author.refusals import IllegalMove

MOVEMENTS = [msgspec.json.decode(move)["movement"] for move in MOVES]


def test_the_generators_moves_are_legal_and_never_end_the_game() -> None:
    match = Match.new(BenchBoard, seats=2, seed=1)
    for number in range(100):
        match.play(number % 2, MOVEMENTS[number % 9])
        assert match.result is None


def test_the_rules_still_refuse_a_taken_cell() -> None:
    match = Match.new(BenchBoard, seats=2, seed=1)
    match.play(0, {"cell": 4})
    with pytest.raises(IllegalMove):
        match.play(1, {"cell": 4})


def test_a_point_more_never_ends_the_real_time_game() -> None:
    match = Match.new(BenchRealTime, seats=2, seed=1, options={"target": 1})
    for _ in range(60 * 60):
        match.step({})
    assert sum(match.scores) > 1
    assert match.result is None
