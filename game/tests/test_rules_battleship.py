"""Battleship: placing fleets, answers to shots, and secrecy of intact enemy ships."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.author import catalogue
from game.author.match import Match
from game.author.refusals import IllegalMove, InvalidMove, NotYourTurn
from game.games.battleship import FLEET, SIZE, random_fleet
from game.tests.playing import begin, somebody_plays

ROWS: list[dict[str, Any]] = [
    {"name": name, "row": row, "col": 0, "vertical": False} for row, name in enumerate(FLEET)
]


@pytest.fixture
def match() -> Match:
    return begin(catalogue.get("battleship"))


def placed(match: Match) -> Match:
    match.play(1, {"ships": ROWS})
    match.play(0, {"ships": ROWS})
    return match


def test_both_place_at_once_and_then_fire_in_turn(match: Match) -> None:
    assert match.turn == {0, 1}
    assert match.turn_user is None
    match.play(1, {"ships": ROWS})
    assert match.turn == {0}
    match.play(0, {"ships": ROWS})
    assert match.turn == {0}
    match.play(0, {"row": 9, "col": 9})
    assert match.turn == {1}
    with pytest.raises(NotYourTurn):
        match.play(0, {"row": 8, "col": 9})


def test_shots_are_answered_miss_hit_and_sunk(match: Match) -> None:
    placed(match)
    for shot, answer in [((9, 0), "miss"), ((4, 0), "hit"), ((4, 1), "sunk")]:
        match.play(0, {"row": shot[0], "col": shot[1]})
        assert match.view(0)["last_shot"] == {
            "side": "left",
            "row": shot[0],
            "col": shot[1],
            "result": answer,
        }
        match.play(1, {"row": 9, "col": len(match.state["shots"][1])})
    view = match.view(0)
    assert view["target"][4][:3] == ["sunk", "sunk", None]
    assert view["target"][9][0] == "miss"
    assert view["enemy"]["destroyer"] is False
    assert view["board"][9][:3] == ["miss"] * 3
    assert view["board"][0][0] == "ship"
    assert match.scores == (1, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({0: {"name": "destroyer"}}, "wrong_fleet"),
        ({0: {"col": 6}}, "off_board"),
        ({0: {"vertical": True}}, "overlap"),
        ({4: {"row": 9, "vertical": True}}, "off_board"),
    ],
)
def test_a_wrong_fleet_is_refused_with_its_reason(match: Match, change: dict[int, Any], code: str) -> None:
    ships = [ship | change.get(number, {}) for number, ship in enumerate(ROWS)]
    with pytest.raises(IllegalMove) as refusal:
        match.play(0, {"ships": ships})
    assert refusal.value.code == code


@pytest.mark.parametrize("ships", [ROWS[:4], [*ROWS, ROWS[0]], [*ROWS[:4], ROWS[4] | {"row": 10}]])
def test_a_fleet_of_the_wrong_shape_is_invalid(match: Match, ships: list[Any]) -> None:
    with pytest.raises(InvalidMove):
        match.play(0, {"ships": ships})


def test_nobody_fires_before_both_fleets_lie_or_places_twice_or_fires_twice_at_a_cell(match: Match) -> None:
    with pytest.raises(IllegalMove, match="Place your fleet first"):
        match.play(0, {"row": 0, "col": 0})
    placed(match)
    with pytest.raises(IllegalMove, match="Your fleet is placed"):
        match.play(0, {"ships": ROWS})
    match.play(0, {"row": 0, "col": 0})
    match.play(1, {"row": 0, "col": 0})
    with pytest.raises(IllegalMove, match="fired there"):
        match.play(0, {"row": 0, "col": 0})


def test_who_sinks_all_wins_and_all_is_shown(match: Match) -> None:
    placed(match)
    targets = [(ship["row"], col) for ship in ROWS for col in range(FLEET[ship["name"]])]
    for number, (row, col) in enumerate(targets):
        match.play(0, {"row": row, "col": col})
        if match.result is None:
            match.play(1, {"row": 9 - number // SIZE, "col": number % SIZE})
    assert match.result is not None
    assert match.result.winners == (0,)
    assert match.result.scores == (5, 0)
    for seat in (1, None):
        view = match.view(seat)
        assert view["phase"] == "over"
        own, enemy = (view["board"], view["target"]) if seat is None else (view["target"], view["board"])
        assert own[0][:6] == ["ship"] * 5 + [None]
        assert enemy[0][:6] == ["sunk"] * 5 + [None]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 120))
def test_a_view_is_the_same_wherever_unhit_enemy_ships_lie(seed: int, length: int) -> None:
    """A view that reveals an enemy ship's position would differ when the ship is elsewhere."""
    match, random = begin(catalogue.get("battleship"), seed), Random(seed)
    while match.result is None and match.moves < length:
        somebody_plays(match, random)
    if match.result is not None:
        return
    for watcher, secret in ((0, 1), (1, 0), (None, 0), (None, 1)):
        other = Match.load(type(match.game), match.dump())
        fleet, shots = other.state["fleets"][secret], set(other.state["shots"][1 - secret])
        if fleet is None:
            continue
        for name, cells in fleet.items():
            ships = set().union(*fleet.values())
            free = [cell for cell in range(100) if cell not in shots | ships]
            random.shuffle(free)
            if shots.isdisjoint(cells):
                fleet[name] = [free.pop() for _ in cells]
            elif not shots.issuperset(cells):
                fleet[name] = [cell if cell in shots else free.pop() for cell in cells]
        assert other.view_json(watcher) == match.view_json(watcher)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(2, 120))
def test_no_sent_byte_marks_an_unhit_enemy_ship(seed: int, length: int) -> None:
    match, random = begin(catalogue.get("battleship"), seed), Random(seed)
    while match.result is None and match.moves < length:
        somebody_plays(match, random)
        if match.result is not None:
            break
        assert b'"ship"' not in match.view_json(None)
        for seat in (0, 1):
            view = json.loads(match.view_json(seat))
            own_ships = set().union(*(match.state["fleets"][seat] or {}).values())
            marked = [cell for cell in range(100) if view["board"][cell // SIZE][cell % SIZE] == "ship"]
            assert own_ships.issuperset(marked)
            assert match.view_json(seat).count(b'"ship"') == len(marked)
            enemy_ships = set().union(*(match.state["fleets"][1 - seat] or {}).values())
            shown = {c for c in range(100) if view["target"][c // SIZE][c % SIZE] in ("hit", "sunk")}
            assert shown == enemy_ships & set(match.state["shots"][seat])


def test_random_fleets_are_legal() -> None:
    for seed in range(50):
        begin(catalogue.get("battleship")).play(0, {"ships": random_fleet(Random(seed))})


def test_where_a_fleet_was_placed_is_only_for_its_owner(match: Match) -> None:
    assert match.is_secret({"ships": ROWS})
    assert not match.is_secret(b'{"row":0,"col":0}')
