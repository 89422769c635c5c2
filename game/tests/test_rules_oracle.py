"""Tic-tac-toe and connect four compared with OpenSpiel's independent rules, move by move."""

import pyspiel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.author import catalogue
from game.author.refusals import IllegalMove
from game.tests.playing import begin


@pytest.mark.parametrize(
    ("name", "theirs", "field", "choices"),
    [
        ("tictactoe", "tic_tac_toe", "cell", 9),
        ("connect_four", "connect_four", "column", 7),
    ],
)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_rules_agree_with_open_spiel(
    name: str, theirs: str, field: str, choices: int, data: st.DataObject
) -> None:
    oracle = pyspiel.load_game(theirs).new_initial_state()
    match = begin(catalogue.get(name))
    while True:
        assert (match.result is not None) == oracle.is_terminal()
        if match.result is not None:
            break
        (seat,) = match.turn
        assert seat == oracle.current_player()
        assert [movement[field] for movement in match.legal(seat)] == oracle.legal_actions()
        for action in set(range(choices)) - set(oracle.legal_actions()):
            with pytest.raises(IllegalMove):
                match.play(seat, {field: action})
        action = data.draw(st.sampled_from(oracle.legal_actions()))
        match.play(seat, {field: action})
        oracle.apply_action(action)

    returns = oracle.returns()
    assert match.result.winners == tuple(seat for seat in (0, 1) if returns[seat] > 0)
    assert match.result.draw == (returns == [0, 0])
    assert match.turn == frozenset()


def test_discs_fall_and_boards_read_from_the_top() -> None:
    match = begin(catalogue.get("connect_four"))
    for seat, column in [(0, 3), (1, 3), (0, 4)]:
        match.play(seat, {"column": column})
    board = match.view(None)["board"]
    assert [len(row) for row in board] == [7] * 6
    assert board[5] == [None, None, None, "R", "R", None, None]
    assert board[4] == [None, None, None, "Y", None, None, None]


def test_tictactoe_cells_count_along_the_rows() -> None:
    match = begin(catalogue.get("tictactoe"))
    match.play(0, {"cell": 1})
    match.play(1, {"cell": 3})
    assert match.view(0)["board"] == [[None, "X", None], ["O", None, None], [None, None, None]]
