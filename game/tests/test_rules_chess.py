"""Chess: published move counts, OpenSpiel's independent rules, special moves, and every ending."""

import json
from random import Random
from typing import Any

import pyspiel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.author import catalogue
from game.author.match import Match
from game.author.refusals import IllegalMove, InvalidMove
from game.games.chess import START, state_at
from game.games.chess.position import Position
from game.tests.playing import begin

# https://www.chessprogramming.org/Perft_Results
PERFT = {
    START: [20, 400, 8_902, 197_281],
    "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1": [48, 2_039, 97_862, 4_085_603],
    "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1": [14, 191, 2_812, 43_238],
    "r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1": [6, 264, 9_467, 422_333],
    "rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8": [44, 1_486, 62_379, 2_103_487],
    "r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10": [
        46,
        2_079,
        89_890,
        3_894_594,
    ],
}


def at(fen: str) -> Match:
    """Return a game that goes on from a position."""
    game = catalogue.get("chess")
    return Match.load(game, begin(game).dump() | {"state": state_at(Position.read(fen))})


def go(match: Match, moves: str) -> Match:
    for uci in moves.split():
        match.play(min(match.turn), {"uci": uci})
    return match


def count(position: Position, depth: int, known: dict[tuple[Any, ...], int]) -> int:
    """Count the sequences of ``depth`` moves; positions reached in several ways are counted once."""
    key = (*position[:4], depth)
    if key not in known:
        legal = position.legal()
        known[key] = (
            len(legal) if depth == 1 else sum(count(position.after(step), depth - 1, known) for step in legal)
        )
    return known[key]


@pytest.mark.parametrize("fen", PERFT)
def test_the_number_of_move_sequences_is_as_published(fen: str) -> None:
    position = Position.read(fen)
    assert position.fen() == fen
    assert [count(position, depth, {}) for depth in range(1, 5)] == PERFT[fen]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_moves_names_positions_and_results_agree_with_open_spiel(seed: int) -> None:
    random = Random(seed)
    oracle = pyspiel.load_game("chess").new_initial_state()
    match = begin(catalogue.get("chess"))
    while match.result is None:
        assert not oracle.is_terminal()
        (seat,) = match.turn
        actions = {oracle.action_to_string(action): action for action in oracle.legal_actions()}
        legal = [movement["uci"] for movement in match.legal(seat)]
        assert len(legal) == len(actions)
        match.play(seat, {"uci": random.choice(legal)})
        oracle.apply_action(actions[match.view(None)["moves"][-1]])
        assert match.view(None)["fen"].split()[:3] == str(oracle).split()[:3]
    assert oracle.is_terminal()
    # OpenSpiel's player 1 is White.
    black, white = oracle.returns()
    assert match.result.winners == tuple(seat for seat, won in enumerate((white, black)) if won > 0)


@pytest.mark.parametrize(
    ("fen", "moves", "ending", "winners"),
    [
        (START, "f2f3 e7e5 g2g4 d8h4", "checkmate", (1,)),
        ("7k/8/6K1/8/8/8/8/5Q2 w - - 0 1", "f1f7", "stalemate", ()),
        ("7k/8/8/8/8/8/4r3/5K2 w - - 0 1", "f1e2", "insufficient_material", ()),
        ("7k/8/8/8/8/5N2/4r3/5K2 w - - 0 1", "f1e2", "insufficient_material", ()),
        ("2b4k/8/8/8/8/8/4r3/2B2K2 w - - 0 1", "f1e2", None, ()),
        ("5b1k/8/8/8/8/8/4r3/2B2K2 w - - 0 1", "f1e2", "insufficient_material", ()),
        (START, "g1f3 g8f6 f3g1 f6g8 g1f3 g8f6 f3g1 f6g8", "repetition", ()),
        ("7k/8/8/8/8/8/8/R4K2 w - - 98 80", "f1e1 h8g8", "fifty_moves", ()),
        ("7k/8/6K1/8/8/8/8/R7 w - - 99 80", "a1a8", "checkmate", (0,)),
        ("7k/8/8/8/8/8/P7/5K2 w - - 99 80", "a2a3", None, ()),
    ],
)
def test_the_game_ends_by_the_rules(
    fen: str, moves: str, ending: str | None, winners: tuple[int, ...]
) -> None:
    match = at(fen)
    for uci in moves.split():
        assert match.result is None
        go(match, uci)
    assert match.view(None)["ending"] == ending
    assert (match.result is None) == (ending is None)
    if match.result is not None:
        assert match.result.winners == winners
        assert match.result.draw == (not winners)


def test_a_position_with_another_right_to_castle_or_capture_in_passing_is_another_position() -> None:
    match = at("4k3/8/8/8/8/8/8/R3K2R w KQ - 0 1")
    go(match, "e1e2 e8e7 e2e1 e7e8 e1e2 e8e7 e2e1 e7e8")
    assert match.result is None, "the first time there were rights to castle"
    assert go(match, "e1e2").view(None)["ending"] == "repetition"


def test_a_pawn_is_captured_in_passing_only_at_once() -> None:
    match = go(at("4k3/3p4/8/4P3/8/8/8/4K3 b - - 0 1"), "d7d5")
    assert {"uci": "e5d6"} in match.legal(0)
    waited = go(match.copy(0), "e1e2 e8e7")
    assert {"uci": "e5d6"} not in waited.legal(0)
    go(match, "e5d6")
    assert match.view(None)["fen"] == "4k3/8/3P4/8/8/8/8/4K3 b - - 0 2"
    assert match.view(None)["taken"] == ["", "p"]
    assert match.view(None)["moves"] == ["d5", "exd6"]


def test_castling_moves_both_pieces_and_not_through_an_attack() -> None:
    match = at("r3k2r/8/8/8/8/8/6q1/R3K2R w KQkq - 0 1")
    castlings = {"e1g1", "e1c1"} & {movement["uci"] for movement in match.legal(0)}
    assert castlings == {"e1c1"}, "f1 and g1 are attacked"
    go(match, "e1c1")
    assert match.view(None)["board"][7] == [None, None, "K", "R", None, None, None, "R"]
    assert match.view(None)["fen"].split()[2] == "kq"
    assert match.view(None)["moves"] == ["O-O-O"]


def test_a_promotion_names_its_piece() -> None:
    match = at("1r5k/P7/8/8/8/8/8/K7 w - - 0 1")
    for without in ("a7a8", "a7b8"):
        with pytest.raises(IllegalMove):
            go(match, without)
    go(match, "a7b8n")
    assert match.view(None)["board"][0][1] == "N"
    assert match.view(None)["moves"] == ["axb8=N"]


def test_two_pieces_that_reach_the_same_square_are_told_apart() -> None:
    match = go(at("6k1/8/8/8/4Q2Q/8/8/K6Q w - - 0 1"), "h4e1")
    assert match.view(None)["moves"] == ["Qh4e1"]
    match = go(at("7k/8/R7/8/8/8/R7/K7 w - - 0 1"), "a2a4")
    assert match.view(None)["moves"] == ["R2a4"]
    match = go(at("k7/8/8/8/8/8/3K4/R6R w - - 0 1"), "a1e1")
    assert match.view(None)["moves"] == ["Rae1"]


@pytest.mark.parametrize("uci", ["e2e5", "e7e5", "e1e2", "e2e4q", "a1a1"])
def test_an_illegal_move_is_refused(uci: str) -> None:
    with pytest.raises(IllegalMove) as refusal:
        go(begin(catalogue.get("chess")), uci)
    assert refusal.value.code == "illegal_move"


@pytest.mark.parametrize("movement", [{"uci": "e2"}, {"uci": "i2i4"}, {"uci": None}, {}, {"uci": "e2e4 "}])
def test_what_is_no_move_is_invalid(movement: dict[str, Any]) -> None:
    with pytest.raises(InvalidMove):
        begin(catalogue.get("chess")).play(0, movement)


def test_the_view_has_what_a_board_shows() -> None:
    match = go(begin(catalogue.get("chess")), "e2e4 d7d5 e4d5 d8d5")
    view = json.loads(match.view_json(None))
    assert view["board"][3] == [None, None, None, "q", None, None, None, None]
    assert (view["last"], view["taken"], view["check"]) == ("d8d5", ["p", "p"], False)
    assert view["moves"] == ["e4", "d5", "exd5", "Qxd5"]
    assert go(match, "b1c3 d5e5").view(None)["check"] is True
