"""Draughts: published move counts, OpenSpiel's independent rules, kings, chains of jumps, and draws."""

from itertools import pairwise
from random import Random

import pyspiel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.author import catalogue
from game.author.match import Match
from game.author.refusals import IllegalMove
from game.games.draughts import MEN, SQUARES, movements, row_and_column
from game.tests.playing import begin, somebody_plays


def placed(pieces: dict[int, str], seat: int = 0) -> Match:
    """Return a game that goes on from these pieces, by their squares."""
    game = catalogue.get("draughts")
    dump = begin(game).dump()
    board = [pieces.get(square) for square in range(1, 33)]
    dump["state"] |= {"board": board, "seat": seat, "legal": movements(board, seat)}
    return Match.load(game, dump)


def go(match: Match, *squares: int) -> None:
    """Move the piece on the first square to the last, by one movement for each step."""
    for start, to in pairwise(squares):
        match.play(min(match.turn), {"start": start, "to": to})


def count(match: Match, depth: int) -> int:
    """Count the sequences of ``depth`` whole moves; a chain of jumps is one move."""
    if depth == 0:
        return 1
    (seat,) = match.turn
    total = 0
    for movement in match.legal(seat):
        after = match.copy(0)
        after.play(seat, movement)
        total += count(after, depth - (after.turn != {seat}))
    return total


def test_the_number_of_move_sequences_is_as_published() -> None:
    """The perft counts of English draughts (Aart Bik)."""
    match = begin(catalogue.get("draughts"))
    assert [count(match, depth) for depth in range(1, 6)] == [7, 49, 302, 1469, 7361]


def spoken(square: int) -> str:
    """Return OpenSpiel's name of a square: it has the first player at the bottom."""
    row, column = row_and_column(square)
    return "hgfedcba"[column] + str(row + 1)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_rules_agree_with_open_spiel(seed: int) -> None:
    random = Random(seed)
    oracle = pyspiel.load_game("checkers").new_initial_state()
    match = begin(catalogue.get("draughts"))
    while match.result is None and not oracle.is_terminal():
        (seat,) = match.turn
        assert seat == oracle.current_player()
        actions = {oracle.action_to_string(action): action for action in oracle.legal_actions()}
        ours = {spoken(one["start"]) + spoken(one["to"]): one for one in match.legal(seat)}
        assert ours.keys() == actions.keys()
        name = random.choice(sorted(ours))
        match.play(seat, ours[name])
        oracle.apply_action(actions[name])
    returns = oracle.returns()
    if any(returns):
        assert match.result is not None
        assert match.result.winners == tuple(seat for seat in (0, 1) if returns[seat] > 0)
    else:
        # OpenSpiel draws after 40 single moves without a capture, and knows no repetition.
        assert match.result is None or match.result.draw


def test_a_chain_of_jumps_is_one_turn_and_must_be_finished() -> None:
    match = placed({1: "b", 2: "b", 6: "w", 14: "w", 32: "w"})
    with pytest.raises(IllegalMove) as refusal:
        go(match, 2, 7)
    assert refusal.value.code == "must_jump"
    go(match, 1, 10)
    assert match.turn == {0}
    with pytest.raises(IllegalMove) as refusal:
        go(match, 2, 7)
    assert refusal.value.code == "must_continue"
    go(match, 10, 17)
    assert match.turn == {1}
    view = match.view(None)
    assert view["last"] == [1, 10, 17]
    assert view["taken"] == [0, 2]
    assert sum(cell is not None for row in view["board"] for cell in row) == 3


def test_a_man_that_becomes_a_king_stops_and_goes_back_in_the_next_turn() -> None:
    match = placed({22: "b", 26: "w", 27: "w", 12: "w"})
    go(match, 22, 31)
    assert match.state["board"][30] == "B"
    assert match.turn == {1}, "27 could be jumped by the new king"
    go(match, 12, 8)
    assert match.legal(0) == [{"start": 31, "to": 24}]


def test_who_cannot_move_has_lost() -> None:
    match = placed({12: "b", 16: "w", 19: "w", 23: "w"})
    assert match.result is not None
    assert match.result.winners == (1,)


def test_the_third_time_of_a_position_is_a_draw() -> None:
    match = placed({1: "B", 32: "W"})
    for _ in range(2):
        go(match, 1, 5)
        go(match, 32, 28)
        go(match, 5, 1)
        assert match.result is None
        go(match, 28, 32)
    go(match, 1, 5)
    assert match.result is not None
    assert match.result.draw


def test_forty_moves_of_both_without_progress_are_a_draw() -> None:
    match = placed({1: "B", 32: "W", 12: "b", 16: "w", 19: "w"})
    match.state["idle"] = 77
    match = Match.load(type(match.game), match.dump())
    go(match, 1, 5)
    go(match, 32, 28)
    assert match.result is None
    go(match, 5, 9)
    assert match.result is not None
    assert match.result.draw


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 60))
def test_the_view_is_the_board(seed: int, length: int) -> None:
    match, random = begin(catalogue.get("draughts")), Random(seed)
    while match.result is None and match.moves < length:
        somebody_plays(match, random)
    view = match.view(None)
    assert {
        square: view["board"][row][column]
        for (row, column), square in SQUARES.items()
        if view["board"][row][column]
    } == {square: piece for square, piece in enumerate(match.state["board"], start=1) if piece}
    for seat, man in enumerate(MEN):
        left = sum(piece.lower() == man for piece in match.state["board"] if piece)
        assert view["taken"][seat] == 12 - left
