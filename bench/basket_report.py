"""The table of ``bench.basket``: each call of ours beside the goals and the naive server."""

from collections.abc import Mapping
from typing import Any

from bench.basket import CALLS, CPU_MS, P50_MS, TIMES_NAIVE, Call

_HEAD = [
    "call",
    "kind",
    "statements",
    "round trips",
    "CPU ms",
    "p50 ms alone",
    "10 callers, calls/s",
    "64 callers, calls/s",
]
_HEAD += ["times naive", "short of"]


def rows(ours: Mapping[str, Any], naive: Mapping[str, Any]) -> list[list[str]]:
    """Return the table's rows; the ratio is that of ten callers. ``short of`` names the goals missed."""
    return [_HEAD, *(_row(CALLS[name], figures, naive.get(name, {})) for name, figures in ours.items())]


def _row(call: Call, ours: Mapping[str, float], naive: Mapping[str, float]) -> list[str]:
    times = ours["ten_per_s"] / naive["ten_per_s"] if "ten_per_s" in naive else None
    reached = {
        # A mean: now and then a call refreshes what the worker keeps for some seconds.
        "statements": ours["statements"] < call.most.statements + 1,
        "round trips": ours["round_trips"] < call.most.round_trips + 1,
        "CPU": ours["ten_cpu_ms"] <= CPU_MS[call.kind],
        "p50": ours["alone_p50_ms"] <= P50_MS[call.kind],
        "naive": times is None or times >= TIMES_NAIVE[call.kind],
    }
    return [
        call.name,
        call.kind,
        f"{ours['statements']:g} ({call.most.statements})",
        f"{ours['round_trips']:g} ({call.most.round_trips})",
        f"{ours['ten_cpu_ms']:.2f} ({CPU_MS[call.kind]:g})",
        f"{ours['alone_p50_ms']:.1f} ({P50_MS[call.kind]:g})",
        f"{ours['ten_per_s']:,.0f}",
        f"{ours['crowd_per_s']:,.0f}",
        "" if times is None else f"{times:.1f} ({TIMES_NAIVE[call.kind]:g})",
        ", ".join(goal for goal, is_reached in reached.items() if not is_reached),
    ]
