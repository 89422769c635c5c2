"""A quick benchmark works against real servers."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from bench import basket
from bench.goals import GOALS
from bench.servers import ROOT

FIGURES = {
    "idle": "connects_per_s",
    "relay-50": "moves_per_s",
    "fanout-100": "deliveries_per_s",
    "tick": "frames_per_s",
    "rest": "requests_per_s",
}


def run_quickly(*arguments: Any) -> list[Any]:
    """Return the JSON lines of a quick run, on stores of its own."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, done.stdout + done.stderr
    return lines


def test_the_bare_server_bears_every_load_and_loses_nothing() -> None:
    lines = run_quickly(*FIGURES, "--server", "ceiling", "ceiling-http")
    assert [line["load"] for line in lines] == list(FIGURES)
    for line in lines:
        # On a busy machine no number of rooms is in time.
        assert line.get("first_bad", line)[FIGURES[line["load"]]] > 0
        assert line.get("lost", 0) == line.get("stalled_rooms", 0) == line.get("refused", 0) == 0


def test_the_naive_server_relays_moves_with_and_without_a_row_each() -> None:
    lines = run_quickly("relay-50", "--server", "naive", "naive-stored")
    assert [line["server"] for line in lines] == ["naive", "naive-stored"]
    assert all(line["moves_per_s"] > 0 and line["lost"] == 0 for line in lines)


def test_the_naive_server_answers_each_call_of_the_basket() -> None:
    (line,) = run_quickly("basket", "--server", "naive")
    assert line["calls"].keys() == basket.CALLS.keys()


def test_on_a_quiet_server_each_socket_opens_and_each_message_comes() -> None:
    (line,) = run_quickly("at-rest")
    figures = [goal.figure for goal in GOALS if goal.load == "at-rest"]
    assert figures
    assert all(line[figure] > 0 for figure in figures)


def test_a_load_that_none_of_the_servers_named_is_put_under_is_left_out() -> None:
    assert run_quickly("rest", "--server", "ceiling") == []


def test_an_unknown_load_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nonsense"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no such load: nonsense" in done.stderr


@pytest.mark.parametrize("module", ["bench", "bench.loadgen"])
def test_the_commands_explain_themselves(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "--seconds" in done.stdout


def test_a_fleet_of_two_workers_shares_a_port_and_tells_its_connections_and_rows() -> None:
    (line,) = run_quickly("fleet-moves-2")
    assert line["moves_per_s"] > 0
    assert line["connections"] > 0
    assert line["stored_bytes"] > 0
