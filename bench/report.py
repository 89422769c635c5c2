"""The final table: results beside those of the naive server, the bare one, and the goals."""

from collections.abc import Mapping
from typing import Any

from bench import basket_report, fleet
from bench.goals import CEILING, FLEET, GOALS, NAIVE, NAIVE_STORED, OURS, Goal

# Figures are unreliable if other programs use more of a core than this.
DISTURBED_PCT = 15.0

Results = Mapping[tuple[str, str], dict[str, Any]]
"""The generator's output, by load and server."""


def table(results: Results) -> str:
    """Return a Markdown table with a row for each goal whose load was run, and one of the basket's calls.

    "By CPU" is the ratio of the server's CPU time per move, delivery, connect or request.
    """
    rows = [["measured", "naive", "naive + row", "bare", "ours", "ratio (goal)", "by CPU", "goal", "reached"]]
    rows += [_row(goal, results) for goal in GOALS if any(load == goal.load for load, _ in results)]
    lines = _markdown(rows) if len(rows) > 1 else []
    if calls := results.get(("basket", OURS), {}).get("calls"):
        naive = results.get(("basket", NAIVE), {}).get("calls", {})
        lines += _markdown(basket_report.rows(calls, naive))
    crowds = [
        found
        for (load, _), found in results.items()
        if load.startswith(("crowd", "arena")) and "fault" not in found
    ]
    if crowds:
        lines += _markdown([CROWD_TITLES, *map(_crowd, crowds)])
    fleet_results = {load: result for (load, _), result in results.items() if load.startswith("fleet-")}
    if fleet_results.keys() == FLEET.keys() and not any(
        "fault" in result for result in fleet_results.values()
    ):
        model = fleet.Model.measured(fleet_results)
        for rows in (
            fleet.costs(model),
            fleet.needs(model),
            fleet.walls(model),
            fleet.predictions(fleet_results),
        ):
            lines += ["", *_markdown(rows)]
    return "\n".join([*lines, f"~ other programs took more than {DISTURBED_PCT:.0f} % of a core meanwhile"])


CROWD_TITLES = ["players", "network", "rooms", "p99 ms", "frames a client/s", "bytes a client/s"]


def _crowd(result: dict[str, Any]) -> list[str]:
    network = f"{result.get('delay', 0)} ms ± {result.get('jitter', 0)}, {result.get('loss', 0)} % lost"
    figures = ("rooms", "p99_ms", "frames_per_client_s", "bytes_per_client_s")
    return [
        str(result["players"]),
        network,
        *(_number(result[name]) if name in result else "" for name in figures),
    ]


def _markdown(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return lines


def _row(goal: Goal, results: Results) -> list[str]:
    servers = (NAIVE, NAIVE_STORED, CEILING, goal.server)
    cells = [_cell(_result(results, goal.load, server), goal.figure) for server in servers]
    ours = _value(results, goal, goal.server)
    ours_us = _result(results, goal.load, goal.server).get("server_us_each")
    ratios, by_cpu, reached = [], [], []
    if ours is not None:
        reached.append(ours <= goal.value if goal.lower_is_better else ours >= goal.value)
    for server, wanted in goal.ratios.items():
        theirs = _value(results, goal, server)
        if ours is not None and theirs:
            ratios.append(f"{ours / theirs:.1f} ({wanted:g})")
            reached.append(ours / theirs >= wanted)
        their_us = _result(results, goal.load, server).get("server_us_each")
        if ours_us and their_us:
            by_cpu.append(f"{their_us / ours_us:.1f}")
    verdict = ("yes" if all(reached) else "no") if reached else ""
    return [goal.title, *cells, ", ".join(ratios), ", ".join(by_cpu), _number(goal.value), verdict]


def _result(results: Results, load: str, server: str) -> dict[str, Any]:
    found = results.get((load, server))
    if found is None and server == CEILING:
        found = results.get((load, "ceiling-http"))
    return found or {}


def _value(results: Results, goal: Goal, server: str) -> float | None:
    return _result(results, goal.load, server).get(goal.figure)


def _cell(result: dict[str, Any], figure: str) -> str:
    if "fault" in result:
        return "fault"
    if figure not in result:
        return ""
    disturbed = result.get("other_cpu_pct", 0.0) > DISTURBED_PCT
    return ("~" if disturbed else "") + _number(result[figure])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:g}"
