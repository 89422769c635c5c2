"""The model of a fleet adds up what it was given."""

from typing import Any

import pytest

from bench import fleet
from bench.goals import FLEET


def result(figure: str, **changes: Any) -> dict[str, Any]:
    """A result: each operation costs 100 us of a worker, 50 of PostgreSQL, 10 of Redis and 1,000 bytes."""
    return {
        figure: 1000,
        "seconds": 5.0,
        "server_us_each": 100.0,
        "database_cpu_pct": 5.0,
        "redis_cpu_pct": 1.0,
        "wire_bytes_per_s": 1_000_000,
        "stored_bytes": 500_000,
        "connections": 10,
    } | changes


@pytest.fixture
def results() -> dict[str, dict[str, Any]]:
    figures = {each.load: each.figure for each in fleet.OPERATIONS}
    return {load: result(figures.get(load, "moves_per_s")) for load in FLEET}


def test_each_operation_is_measured_by_a_load(results: dict[str, dict[str, Any]]) -> None:
    assert {each.load for each in fleet.OPERATIONS} <= set(FLEET)
    for cost in fleet.Model.measured(results).costs.values():
        assert cost == fleet.Cost(100.0, 50.0, 10.0, 1000.0, 100.0)


def test_needs_grow_with_the_players(results: dict[str, dict[str, Any]]) -> None:
    model = fleet.Model.measured(results)
    small, large = model.needs(50_000), model.needs(500_000)
    operations_s = 50_000 * sum(each.per_player_s for each in fleet.OPERATIONS)

    assert small.workers == pytest.approx(operations_s * 100e-6 / model.limits.worker_load, abs=1)
    assert small.database_cores == pytest.approx(operations_s * 50e-6, abs=0.01)
    assert small.wire_gbit_s == pytest.approx(operations_s * 1000 * 8 / 1e9, abs=0.01)
    assert (small.cells, large.cells) == (1, 10)
    assert large.workers == pytest.approx(10 * small.workers, abs=10)
    assert large.euros == pytest.approx(10 * small.euros, rel=0.01)


def test_the_first_wall_is_the_limit_that_the_fewest_players_reach(
    results: dict[str, dict[str, Any]],
) -> None:
    model = fleet.Model.measured(results)
    walls = model.walls()
    assert [players for _, players in walls] == sorted(players for _, players in walls)
    for title, players in walls:
        if title == "Redis's one thread":
            assert model.needs(players).redis_cores == pytest.approx(model.limits.redis_cores, rel=0.02)


def test_more_workers_are_predicted_from_one_and_two(results: dict[str, dict[str, Any]]) -> None:
    # With two workers half of the sockets are apart from their room, with eight seven of eight.
    results["fleet-moves-2"] = result("moves_per_s", server_us_each=120.0, connections=20)
    results["fleet-moves-8"] = result("moves_per_s", server_us_each=130.0, connections=81)
    titles, *rows = fleet.predictions(results)
    told = [dict(zip(titles[:3], row, strict=False)) for row in rows]
    assert [row["predicted"] for row in told] == ["100.0", "120.0", "130.0", "135.0"]
    assert [row["us a move"] for row in told] == ["100.0", "120.0", "100.0", "130.0"]
    assert rows[-1][-2:] == ["81", "80"]


def test_the_tables_have_a_row_for_each_size_and_operation(results: dict[str, dict[str, Any]]) -> None:
    model = fleet.Model.measured(results)
    assert [row[0] for row in fleet.needs(model)[1:]] == ["10,000", "100,000", "1,000,000", "10,000,000"]
    assert len(fleet.costs(model)) == 1 + len(fleet.OPERATIONS)
