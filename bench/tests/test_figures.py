"""The figures that the benchmark computes and prints."""

import math
import os
import time
from itertools import pairwise
from typing import Any

import pytest

from bench import measure
from bench.goals import GOALS, LOADS, NAIVE, OURS
from bench.report import table
from bench.scenarios import SCENARIOS
from bench.scenarios.real_time import _ramp


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (1, 1), (50, 50), (50.5, 51), (99, 99), (99.9, 100), (100, 100)]
)
def test_a_percentile_is_the_value_of_the_nearest_rank(percent: float, expected: int) -> None:
    assert measure.percentile(range(1, 101), percent) == expected


def test_the_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(measure.percentile([], 99))


def test_latency_is_told_in_milliseconds_whatever_the_order() -> None:
    assert measure.latency([0.003, 0.001, 0.002]) == {"p50_ms": 2.0, "p99_ms": 3.0, "max_ms": 3.0}


def test_each_goal_names_a_load_that_its_servers_are_put_under() -> None:
    for goal in GOALS:
        load = LOADS[goal.load]
        assert load.scenario in SCENARIOS
        assert {goal.server, *goal.ratios} <= set(load.servers)


def test_the_ramp_rises_to_its_last_step() -> None:
    steps = _ramp(10, 200)
    assert steps[0] == 10
    assert steps[-1] == 200
    assert all(late > early for early, late in pairwise(steps))


def test_a_row_tells_the_ratio_and_whether_the_goal_is_reached() -> None:
    results: dict[tuple[str, str], dict[str, Any]] = {
        ("rest", NAIVE): {"requests_per_s": 200},
        ("rest", OURS): {"requests_per_s": 9000},
    }
    row = table(results).splitlines()[2]
    assert "45.0 (5)" in row
    assert row.endswith("| yes     |")


@pytest.mark.parametrize(("naive", "ours"), [(200, 8000), (2000, 9000)])
def test_too_slow_a_server_and_too_small_a_ratio_are_each_told(naive: int, ours: int) -> None:
    results: dict[tuple[str, str], dict[str, Any]] = {
        ("rest", NAIVE): {"requests_per_s": naive},
        ("rest", OURS): {"requests_per_s": ours},
    }
    assert table(results).splitlines()[2].endswith("| no      |")


def test_a_crowd_has_a_row_with_its_network() -> None:
    figures = {
        "players": 8,
        "rooms": 20,
        "p99_ms": 41.5,
        "bytes_per_client_s": 3712,
        "frames_per_client_s": 30,
    }
    results = {("crowd-8", OURS): figures, ("crowd-8-far", OURS): figures | {"delay": 100, "loss": 10}}
    _, _, near, far, _ = table(results).splitlines()
    assert [cell.strip() for cell in near.split("|")[1:-1]] == [
        *("8", "0 ms ± 0, 0 % lost", "20", "41.5", "30", "3,712")
    ]
    assert "100 ms ± 0, 10 % lost" in far


def test_where_less_is_better_a_smaller_figure_reaches_the_goal() -> None:
    results: dict[tuple[str, str], dict[str, Any]] = {("queue", OURS): {"matched_s": 7.5}}
    assert table(results).splitlines()[2].endswith("| yes     |")


def test_each_call_of_the_basket_has_a_row_that_names_the_goals_it_misses() -> None:
    good = {
        "statements": 2.0,
        "round_trips": 2.0,
        "alone_p50_ms": 2.9,
        "ten_cpu_ms": 0.9,
        "ten_per_s": 1000,
        "crowd_per_s": 1100,
    }
    slow = good | {
        "statements": 6.0,
        "round_trips": 3.0,
        "alone_p50_ms": 3.1,
        "ten_cpu_ms": 1.1,
        "ten_per_s": 900,
    }
    results: dict[tuple[str, str], dict[str, Any]] = {
        ("basket", NAIVE): {"calls": {"shop": {"ten_per_s": 200}, "friends": {"ten_per_s": 200}}},
        ("basket", OURS): {"calls": {"shop": good, "friends": slow}},
    }
    _, _, shop, friends, _ = table(results).splitlines()
    assert shop.split("|")[1].strip() == "shop"
    assert "5.0 (5)" in shop
    assert shop.split("|")[-2].strip() == ""
    assert friends.split("|")[-2].strip() == "statements, round trips, CPU, p50, naive"


def test_the_processor_time_of_another_process_is_that_which_it_reports() -> None:
    before = measure.process_seconds(os.getpid())
    while time.process_time() < before + 0.002:
        pass
    assert before < measure.process_seconds(os.getpid()) <= time.process_time()


def test_figures_of_a_disturbed_run_and_of_a_failed_one_are_marked() -> None:
    results: dict[tuple[str, str], dict[str, Any]] = {
        ("rest", NAIVE): {"requests_per_s": 200, "other_cpu_pct": 60.0},
        ("rest", OURS): {"fault": "closed by the server"},
    }
    row = table(results).splitlines()[2]
    assert "| ~200 " in row
    assert "| fault |" in row
