"""The JavaScript client's clock, interpolation and prediction, over a simulated network in simulated time."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import node

HERE = Path(__file__).resolve().parent
QUIET = {"delay": 30, "jitter": 0, "loss": 0}
UNEVEN = {"delay": 100, "jitter": 30, "loss": 0}
LOSSY = {"delay": 100, "jitter": 30, "loss": 0.1}
NETWORKS = [QUIET, UNEVEN, LOSSY]

IMPORTS = """
import * as net from "../netcode.js";
import * as simulation from "./simulation.js";
const tell = (value) => console.log(JSON.stringify(value));
"""


def told(program: str) -> Any:
    """Run a program that calls ``tell`` once; return what it told."""
    ended = subprocess.run(
        [node.executable(), "--input-type=module", "--eval", IMPORTS + program],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def played(network: dict[str, Any], find: str) -> Any:
    """Return what the expression ``find`` sees in 20 seconds of play, without the first three."""
    return told(
        f"""const network = {json.dumps(network)};
        const wish = simulation.fidget(17_000);
        const {{ seen, clock }} = simulation.play({{ network, seconds: 20, wish }});
        const late = seen.filter(({{ at }}) => at > 3000);
        tell({find});"""
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_predicted_comes_to_rest_where_the_server_has_it(network: dict[str, Any]) -> None:
    assert abs(played(network, "seen.at(-1).own.y - seen.at(-1).server.y")) < 0.01


@pytest.mark.parametrize("network", NETWORKS)
def test_the_own_paddle_answers_within_two_pictures(network: dict[str, Any]) -> None:
    moved = told(
        f"""const network = {json.dumps(network)};
        const wish = (now) => (now < 5000 ? 0 : 1);
        const {{ seen }} = simulation.play({{ network, seconds: 6, wish }});
        const start = seen.find(({{ at }}) => at >= 5000);
        tell(seen.find(({{ own }}) => own.y > start.own.y).at - start.at);"""
    )
    assert 0 <= moved <= 2000 / 60


@pytest.mark.parametrize(("network", "most"), [(QUIET, 3), (UNEVEN, 4), (LOSSY, 12)])
def test_the_own_paddle_never_jumps(network: dict[str, Any], most: float) -> None:
    """``most`` is in times of its own speed."""
    furthest = played(network, "Math.max(...simulation.ways(late.map(({ own }) => own.y)).map(Math.abs))")
    assert furthest < most * 400 / 120


@pytest.mark.parametrize("network", [QUIET, UNEVEN])
def test_what_is_shown_late_moves_evenly_although_frames_do_not(network: dict[str, Any]) -> None:
    least, most = played(
        network,
        "((ways) => [Math.min(...ways), Math.max(...ways)])(simulation.ways(late.map(({ ball }) => ball)))",
    )
    assert (least, most) == pytest.approx((3, 3), abs=2)


def test_nothing_runs_backwards_when_frames_are_held_up() -> None:
    assert played(LOSSY, "Math.min(...simulation.ways(late.map(({ ball }) => ball)))") >= 0
    stands_still = (
        "simulation.ways(late.map(({ ball }) => ball)).filter((way) => way === 0).length / late.length"
    )
    assert played(LOSSY, stands_still) < 0.1


def test_the_picture_is_no_later_than_the_network_demands() -> None:
    delays = [played(network, "clock.delay") for network in NETWORKS]
    assert delays[0] < 60 < delays[1] < 130 < delays[2] <= 250


def test_the_servers_clock_is_known_to_within_the_jitter() -> None:
    for network in NETWORKS:
        error = played(network, "clock.serverTime(20_000) - 1e12 - 20_000")
        assert abs(error) <= network["jitter"] + 20


def test_a_game_that_starts_anew_is_shown_at_once() -> None:
    assert told(
        """const clock = new net.Clock();
        for (let tick = 0; tick < 600; tick += 2) clock.ticked(tick, 1000 + tick * clock.tickMs);
        clock.ticked(10, 20_000);
        tell(clock.tick(20_000));"""
    ) == pytest.approx(10)


def test_inputs_that_the_server_has_applied_are_not_applied_again() -> None:
    """It had the first at tick 1, earlier than it was expected to, and not yet the second."""
    assert told(
        """const step = ({ x }, input) => ({ x: x + input });
        const own = new net.Prediction({ state: { x: 0 }, input: 0, step, easeMs: 0.001 });
        own.advance(1);
        own.steer(1);
        own.advance(2);
        const second = own.steer(10);
        own.advance(4);
        own.correct(2, { x: 2 }, 1);
        const both = own.advance(6).x;
        own.correct(5, { x: 22 }, second);
        tell([both, own.advance(7).x]);"""
    ) == [2 + 4 * 10, 22 + 2 * 10]


def test_the_numbers_of_inputs_go_on_after_a_reload() -> None:
    assert told(
        """const own = new net.Prediction({ state: 0, input: 0, step: (state) => state });
        own.correct(100, 0, 57);
        tell([own.steer(1), own.input]);"""
    ) == [58, 1]


def test_mixing_goes_into_records_and_entities_and_leaves_the_rest() -> None:
    assert told(
        """const from = { ball: { x: 0, name: "a" }, list: [0, 2], shots: { 1: { x: 0 }, 2: {} }, n: null };
        const to = { ball: { x: 10, name: "b" }, list: [1, 4], shots: { 1: { x: 4 }, 3: { x: 7 } }, n: 5 };
        tell([net.mixed(from, to, 0.25), net.mixedAngle(3, -3, 0.5)]);"""
    ) == [
        {
            "ball": {"x": 2.5, "name": "b"},
            "list": [0.25, 2.5],
            "shots": {"1": {"x": 1}, "3": {"x": 7}},
            "n": 5,
        },
        pytest.approx(3.14159, abs=0.001),
    ]
