"""The Python client's clock, interpolation and prediction, in simulated time."""

import math
from itertools import pairwise
from random import Random

import pytest
from gameplatform_client.netcode import Clock, Interpolation, Prediction, mixed, mixed_angle

TICK_MS = 1000 / 60


def slide(x: float, speed: float, seconds: float) -> float:
    return x + speed * seconds


def heard(clock: Clock, *, delay: float, jitter: float = 0.0, ticks: int = 600) -> float:
    """Tell a clock of frames that come unevenly; return the time of the last one."""
    dice, now = Random(26), 0.0
    for tick in range(0, ticks, 2):
        now = max(now, tick * TICK_MS + delay + jitter * dice.uniform(-1, 1))
        clock.ticked(tick, now)
    return now


def test_the_clock_knows_the_tick_that_comes_now() -> None:
    clock = Clock()
    assert (clock.tick(0), clock.server_time(0)) == (None, None)
    now = heard(clock, delay=80, jitter=20)
    assert clock.tick(now) == pytest.approx((now - 60) / TICK_MS, abs=0.5)
    assert clock.shown(now) == pytest.approx((now - 60 - clock.delay) / TICK_MS, abs=0.5)


def test_an_uneven_network_is_shown_later_than_an_even_one() -> None:
    even, uneven = Clock(), Clock()
    heard(even, delay=50)
    heard(uneven, delay=50, jitter=30)
    assert even.delay < 50 < uneven.delay < 120
    assert even.jitter < 1 < uneven.jitter <= 60


def test_the_quickest_ping_tells_the_time() -> None:
    clock = Clock()
    for latency, error in ((100, 30), (20, 0), (300, 90)):
        clock.pinged(1000, 1000 + latency, 5000 + latency / 2 + error)
    assert clock.server_time(1000) == pytest.approx(5000)
    assert clock.latency == 100
    clock.ticked(60, 1000)
    assert clock.predicted(1000) == pytest.approx(66)


def test_a_game_that_starts_anew_is_shown_at_once() -> None:
    clock = Clock()
    heard(clock, delay=50)
    clock.ticked(10, 20_000)
    assert clock.tick(20_000) == pytest.approx(10)


def test_between_two_frames_is_between_two_views() -> None:
    film = Interpolation[dict[str, float]]()
    assert film.at(3) is None
    film.add(2, {"x": 10})
    film.add(4, {"x": 20})
    assert [film.at(tick) for tick in (1, 2.5, 9)] == [{"x": 10}, {"x": 12.5}, {"x": 20}]
    film.add(1, {"x": 5})
    assert film.at(3) == {"x": 5}


def test_inputs_that_the_server_has_applied_are_not_applied_again() -> None:
    own = Prediction(0.0, 0, lambda x, speed, _: x + speed, ease_ms=0.001)
    own.advance(1)
    first = own.steer(1)
    own.advance(2)
    second = own.steer(10)
    own.advance(4)
    own.correct(2, 2, first)
    assert own.advance(6) == 2 + 4 * 10
    own.correct(5, 22, second)
    assert own.advance(7) == 22 + 2 * 10


def test_an_error_is_eased_away_and_not_shown_as_a_jump() -> None:
    own = Prediction(0.0, 60.0, slide)
    shown = [own.advance(0)]
    own.correct(0, 50.0)
    for tick in range(1, 120):
        shown.append(own.advance(tick))
    ways = [after - before for before, after in pairwise(shown)]
    assert max(ways) < 12
    assert shown[-1] == pytest.approx(50 + 119, abs=0.01)


def test_the_numbers_of_inputs_go_on_where_another_program_stopped() -> None:
    own = Prediction(0.0, 0.0, slide)
    own.correct(100, 0.0, 57)
    assert own.steer(1) == 58


def test_mixing_goes_into_entities_and_leaves_the_rest() -> None:
    start = {"shots": {"1": {"x": 0}, "2": {}}, "list": [0, 2], "name": "a", "on": False}
    end = {"shots": {"1": {"x": 4}, "3": {"x": 7}}, "list": [1, 4], "name": "b", "on": True}
    assert mixed(start, end, 0.25) == {
        "shots": {"1": {"x": 1}, "3": {"x": 7}},
        "list": [0.25, 2.5],
        "name": "b",
        "on": True,
    }
    assert abs(mixed_angle(3, -3, 0.5)) == pytest.approx(math.pi, abs=0.001)
