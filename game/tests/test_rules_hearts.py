"""Hearts: OpenSpiel's independent rules, secret hands, passing, the moon, and an end."""

import json
from itertools import count
from random import Random
from typing import Any, cast

import pyspiel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game import bots
from game.author import BOT, catalogue
from game.author.match import Match
from game.author.refusals import IllegalMove, InvalidMove
from game.games.hearts import CARDS, DIRECTIONS, Hearts, points
from game.tests.playing import begin, somebody_plays

SEATS = range(4)
SPOKEN = {"left": "Left", "right": "Right", "across": "Across", "hold": "No Pass"}


def at(**changes: Any) -> Match:
    """Return a game that goes on from a changed state."""
    game = catalogue.get("hearts")
    dump = begin(game).dump()
    dump["state"] |= changes
    return Match.load(game, dump)


def dealt(*hands: str, **changes: Any) -> Match:
    """Return a game in which no cards are passed, the first player leads, and these are the hands."""
    return at(hands=[hand.split() for hand in hands], leader=0, round=3, **changes)


def play(match: Match, cards: str) -> Match:
    for card in cards.split():
        match.play(min(match.turn), {"card": card})
    return match


def act(oracle: Any, name: str) -> None:
    """Take the action of this name in OpenSpiel's game."""
    actions = (
        [action for action, _ in oracle.chance_outcomes()]
        if oracle.is_chance_node()
        else oracle.legal_actions()
    )
    oracle.apply_action(next(action for action in actions if oracle.action_to_string(action) == name))


@pytest.mark.parametrize("number", range(4), ids=DIRECTIONS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_round_agrees_with_open_spiel(number: int, seed: int) -> None:
    random = Random(seed)
    match = Match.new(catalogue.get("hearts"), seats=4, seed=seed)
    match.state["round"] = number
    if number == 3:
        cast(Any, match.game).begin_play(match.state)
    match = Match.load(type(match.game), match.dump())

    oracle = pyspiel.load_game("hearts(qs_breaks_hearts=false)").new_initial_state()
    act(oracle, SPOKEN[DIRECTIONS[number]])
    for place in range(13):
        for hand in match.state["hands"]:
            act(oracle, hand[place])

    while match.state["round"] == number:
        seat = min(match.turn)
        assert seat == oracle.current_player()
        movement = random.choice(match.legal(seat))
        theirs = {oracle.action_to_string(action) for action in oracle.legal_actions()}
        if "cards" in movement:
            assert theirs == set(match.view(seat)["hand"])
        else:
            assert theirs == set(match.view(seat)["playable"])
        match.play(seat, movement)
        for card in movement.get("cards") or [movement["card"]]:
            act(oracle, card)
    assert oracle.is_terminal()
    assert match.state["scores"] == [26 - returned for returned in oracle.returns()]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 120))
def test_no_view_holds_a_card_of_another_hand_and_none_gets_lost(seed: int, length: int) -> None:
    match, random = Match.new(catalogue.get("hearts"), seats=4, seed=seed), Random(seed)
    while match.result is None and match.moves < length:
        somebody_plays(match, random)
        state = match.state
        hands = [card for hand in state["hands"] for card in hand]
        laid = [card for _, card in state["trick"]] + [card for won in state["won"] for card in won]
        assert sorted(hands + laid) == sorted(CARDS)
        for viewer in (*SEATS, None):
            view = match.view(viewer)
            # The last trick may be of the round before, whose cards have been dealt again.
            del view["last_trick"]
            passed_on = set() if viewer is None else set(state["passed"][viewer] or ())
            for seat in SEATS:
                for card in set(state["hands"][seat]) - passed_on:
                    assert (f'"{card}"' in json.dumps(view)) == (seat == viewer)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32), target=st.integers(10, 100))
def test_every_game_ends_after_the_round_that_reaches_the_points(seed: int, target: int) -> None:
    match = Match.new(catalogue.get("hearts"), seats=4, seed=seed, options={"points": target})
    random = Random(seed)
    reached: float = 0
    while match.result is None:
        reached = max(match.scores)
        somebody_plays(match, random)
    assert reached < target <= max(match.scores)
    fewest = min(match.scores)
    assert match.result.winners == tuple(seat for seat in SEATS if match.scores[seat] == fewest)
    assert sum(match.scores) % 26 == 0


def test_cards_are_chosen_in_secret_and_passed_at_once() -> None:
    match = begin(catalogue.get("hearts"))
    hands = [match.view(seat)["hand"] for seat in SEATS]
    for seat in (2, 0, 3, 1):
        assert [match.view(other)["hand"] for other in SEATS] == hands
        assert match.is_secret({"cards": hands[seat][:3]})
        match.play(seat, {"cards": hands[seat][:3]})
    for seat in SEATS:
        view, giver = match.view(seat), (seat - 1) % 4
        assert view["received"] == hands[giver][:3]
        assert set(view["hand"]) == set(hands[seat][3:] + hands[giver][:3])
    assert len(match.turn) == 1
    assert not match.is_secret({"card": "2C"})


@pytest.mark.parametrize(
    ("cards", "code"), [(["2C", "2C", "3C"], "same_card"), (["2C", "3C", "AS"], "not_yours")]
)
def test_a_wrong_choice_is_refused(cards: list[str], code: str) -> None:
    match = at(hands=[list(CARDS[seat * 13 : seat * 13 + 13]) for seat in SEATS])
    with pytest.raises(IllegalMove) as refusal:
        match.play(0, {"cards": cards})
    assert refusal.value.code == code
    with pytest.raises(IllegalMove, match="Pass three cards first"):
        match.play(0, {"card": "2C"})


@pytest.mark.parametrize("movement", [{"cards": ["2C"]}, {"card": "1C"}, {"cards": ["2C"] * 4}, {}])
def test_what_is_no_movement_is_invalid(movement: dict[str, Any]) -> None:
    with pytest.raises(InvalidMove):
        begin(catalogue.get("hearts")).play(0, movement)


@pytest.mark.parametrize(
    ("hands", "laid", "card", "code"),
    [
        (("2C 3C", "4C", "5C", "6C"), "", "3C", "two_of_clubs"),
        (("2C", "4C AD", "5C", "6C"), "2C", "AD", "follow_suit"),
        (("2C", "AH AD", "5C", "6C"), "2C", "AH", "first_trick"),
        (("2C", "QS AD", "5C", "6C"), "2C", "QS", "first_trick"),
        (("3C 2H", "4C", "5C", "6C"), "", "2H", "hearts_not_broken"),
        (("3C", "4C", "5C", "6C"), "", "4C", "not_yours"),
    ],
)
def test_a_card_that_may_not_be_played_is_refused_with_the_reason(
    hands: tuple[str, ...], laid: str, card: str, code: str
) -> None:
    match = play(dealt(*hands), laid)
    with pytest.raises(IllegalMove) as refusal:
        play(match, card)
    assert refusal.value.code == code


def test_points_may_be_laid_on_the_first_trick_by_a_hand_that_has_nothing_else() -> None:
    match = play(dealt("2C 3C", "AH QS", "5C 7C", "6C 8C"), "2C AH 5C 6C")
    assert match.view(0)["points"] == [0, 0, 0, 1]
    assert match.view(0)["broken"] is True
    assert match.view(0)["last_trick"] == {
        "cards": [[0, "2C"], [1, "AH"], [2, "5C"], [3, "6C"]],
        "winner": 3,
    }


def test_who_takes_all_points_gives_them_to_the_others() -> None:
    won = [[card for card in CARDS if points([card]) and card != "QS"], [], [], []]
    match = play(dealt("AS", "QS", "2S", "3S", won=won, broken=True), "AS QS 2S 3S")
    assert match.scores == (0, 26, 26, 26)
    assert match.state["round"] == 4
    assert match.view(None)["direction"] == "left"


def test_the_fewest_points_win_and_may_be_shared() -> None:
    won = [[], ["2H", "3H"], [], []]
    match = play(dealt("AS", "QS", "2S", "3S", won=won, scores=[80, 99, 40, 40]), "AS QS 2S 3S")
    assert match.result is not None
    assert match.result.winners == (2, 3)
    assert match.result.scores == (93, 101, 40, 40)
    assert match.result.places == ((2, 3), (0,), (1,))
    assert match.view(0)["phase"] == "over"


@pytest.mark.parametrize("level", [2, 3])
def test_a_bot_that_thinks_takes_fewer_points(level: int) -> None:
    """Two thinking bots against two random ones; the clock allows some fifty simulated games a move."""
    totals: list[float] = [0, 0]
    for seed in range(4):
        match, random = Match.new(Hearts, seats=4, seed=seed, options={"points": 30}), Random(seed)
        while match.result is None:
            seat = min(match.turn)
            clock = count(0, 0.01).__next__
            match.play(seat, bots.choose(match, seat, random, level if seat % 2 else 1, clock) or {})
        totals[0] += match.scores[0] + match.scores[2]
        totals[1] += match.scores[1] + match.scores[3]
    assert totals[1] < totals[0] * 0.7


def test_a_bot_does_the_same_however_the_cards_lie_that_it_does_not_see() -> None:
    match, random = begin(Hearts), Random(3)
    while match.moves < 12:
        somebody_plays(match, random)
    (seat,) = match.turn
    wanted = [
        bots.choose(world, seat, Random(1), 3, count(0, 0.025).__next__)
        for world in (match, *(match.dealt(seat, Random(number)) for number in range(4)))
    ]
    assert wanted == [wanted[0]] * 5


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(4, 52))
def test_what_is_dealt_keeps_to_what_the_player_knows(seed: int, length: int) -> None:
    match, random = Match.new(Hearts, seats=4, seed=seed), Random(seed)
    while match.moves < length:
        somebody_plays(match, random)
    given = match.state["passed"]
    for seat in SEATS:
        state, taker = match.dealt(seat, random).state, (seat + 1) % 4
        laid = {card for won in state["won"] for card in won} | {card for _, card in state["trick"]}
        assert set(given[seat]) <= {*state["hands"][taker], *laid}
        for hand, voids in zip(state["hands"], match.state["voids"], strict=True):
            assert not [card for card in hand if card[1] in voids]


def test_a_bot_plays_on_for_who_leaves() -> None:
    match = Match.new(Hearts, seats=4, seed=1)
    assert match.leave(2, "resigned") == BOT(2)
    assert match.result is None
    assert match.turn == {0, 1, 2, 3}
