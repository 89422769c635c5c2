"""Pong: fixed steps, paddles at the walls, a ball that speeds up, and a winner at the target."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.author import catalogue
from game.author.match import Match
from game.author.refusals import GameIsOver, InvalidMove, InvalidOptions
from game.games.pong import HEIGHT, PADDLE_HEIGHT, TOP_SPEED, WIDTH
from game.tests.playing import begin


def pong(seed: int = 1, **options: int) -> Match:
    return begin(catalogue.get("pong"), seed, **options)


def until(match: Match, reached: Any, inputs: Any = None) -> dict[str, Any]:
    """Step until ``reached(view)``, for at most two minutes of play."""
    for _ in range(7200):
        match.step(inputs or {})
        if reached(match.view(None)):
            return match.view(None)
    raise AssertionError(match.view(None))


def follow(match: Match) -> dict[int, dict[str, Any]]:
    """Both players keep their paddle's centre on the ball, so that it comes back level."""
    view = match.view(None)
    return {
        seat: {"direction": (view["ball"]["y"] > y + 4) - (view["ball"]["y"] < y - 4)}
        for seat, y in enumerate(view["paddles"].values())
    }


def test_the_view_holds_what_a_client_draws() -> None:
    view = json.loads(pong().view_json(0))
    assert set(view) >= {"width", "height", "ball", "paddles", "scores", "turn", "you"}
    assert set(view["ball"]) == {"x", "y", "vx", "vy"}
    assert set(view["paddles"]) == set(view["scores"]) == {"left", "right"}
    assert view["turn"] is None
    assert view["you"] == {"user_id": 0, "side": "left"}


def test_a_paddle_keeps_moving_until_told_otherwise_and_stops_at_the_wall() -> None:
    match = pong()
    match.step({0: b'{"direction": -1}'})
    first = match.view(None)["paddles"]
    match.step({})
    second = match.view(None)["paddles"]
    assert second["left"] < first["left"] < HEIGHT / 2
    assert second["right"] == HEIGHT / 2
    assert until(match, lambda view: view["paddles"]["left"] == PADDLE_HEIGHT / 2)
    match.step({0: {"direction": 1}})
    match.step({0: {"direction": 0}})
    still = match.view(None)["paddles"]["left"]
    match.step({})
    assert match.view(None)["paddles"]["left"] == still > PADDLE_HEIGHT / 2


def test_a_key_that_is_let_go_of_between_two_frames_moves_the_paddle_for_a_tick() -> None:
    tapped, held = pong(), pong()
    held.step({0: {"direction": 1}})
    tapped.step({0: [{"direction": 1}, {"direction": 0}]})
    left = held.view(None)["paddles"]["left"]
    assert tapped.view(None)["paddles"]["left"] == left > HEIGHT / 2
    tapped.step({})
    assert tapped.view(None)["paddles"]["left"] == left


def test_the_ball_waits_a_moment_before_each_serve() -> None:
    match = pong()
    before = match.view(None)["ball"]
    for _ in range(30):
        match.step({})
    assert match.view(None)["ball"] == before
    assert until(match, lambda view: view["ball"]["x"] != before["x"])


def test_a_returned_ball_comes_back_a_little_faster() -> None:
    match = pong()
    served = match.view(None)["ball"]
    speed = abs(served["vx"] + served["vy"] * 1j)
    for _ in range(600):
        match.step(follow(match))
        ball = match.view(None)["ball"]
        if ball["vx"] * served["vx"] < 0:
            assert abs(ball["vx"] + ball["vy"] * 1j) == pytest.approx(speed * 1.05)
            return
    raise AssertionError("never returned")


def test_a_missed_ball_scores_for_the_other_side_and_is_served_anew() -> None:
    match = pong()
    to_the_right = match.view(None)["ball"]["vx"] > 0
    away = {0: {"direction": -1}, 1: {"direction": -1}}
    # The paddles wait in the upper corners; with this seed the ball comes lower.
    view = until(match, lambda view: any(view["scores"].values()), away)
    assert view["scores"] == {"left": int(to_the_right), "right": int(not to_the_right)}
    assert (view["ball"]["x"], view["ball"]["y"]) == (WIDTH / 2, HEIGHT / 2)


@pytest.mark.parametrize("target", [1, 5])
def test_the_first_to_the_target_wins(target: int) -> None:
    match = pong(target=target)
    while match.result is None:
        match.step({0: {"direction": -1}, 1: follow(match)[1]})
    assert match.result.winners == (1,)
    assert match.result.scores[1] == target
    with pytest.raises(GameIsOver):
        match.step({})


@pytest.mark.parametrize("target", [0, 22, "5", None, 1.5])
def test_a_target_out_of_range_is_refused(target: Any) -> None:
    with pytest.raises(InvalidOptions):
        pong(target=target)


@pytest.mark.parametrize(
    "movement", [b'{"direction": 2}', b'{"direction": "1"}', b"{}", b"[]", b"", {"up": 1}]
)
def test_a_wrong_input_is_refused_and_nothing_moves(movement: bytes | dict[str, Any]) -> None:
    match = pong()
    before = match.dump()
    with pytest.raises(InvalidMove):
        match.check(movement)
    with pytest.raises(InvalidMove):
        match.step({0: {"direction": 1}, 1: movement})
    assert match.dump() == before


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), directions=st.lists(st.integers(-1, 1), min_size=1, max_size=40))
def test_ball_and_paddles_stay_on_the_court(seed: int, directions: list[int]) -> None:
    match = pong(seed, target=21)
    for tick in range(2000):
        if match.result is not None:
            break
        match.step({tick % 2: {"direction": directions[tick // 8 % len(directions)]}} if tick % 8 < 2 else {})
        view = match.view(None)
        ball = view["ball"]
        assert -20 <= ball["x"] <= WIDTH + 20
        assert 0 <= ball["y"] <= HEIGHT
        assert abs(ball["vx"] + ball["vy"] * 1j) <= TOP_SPEED + 1e-6
        assert ball["vx"] != 0
        for paddle in view["paddles"].values():
            assert PADDLE_HEIGHT / 2 <= paddle <= HEIGHT - PADDLE_HEIGHT / 2


def test_serves_go_either_way_by_the_seed_alone() -> None:
    ways = [pong(seed).view(None)["ball"]["vx"] > 0 for seed in range(40)]
    assert len(set(ways)) == 2
    assert ways == [pong(seed).view(None)["ball"]["vx"] > 0 for seed in range(40)]
