"""The verdict of a checker: measured values beside the promised ones."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value; ``promised`` is the requirement (empty: none) and ``holds`` whether it is met.

    If ``is_timed``, it depends on how busy the machine is.
    """

    name: str
    value: float
    promised: str = ""
    holds: bool = True
    is_timed: bool = False


def exactly(name: str, value: float, wanted: float) -> Figure:
    return Figure(name, value, f"= {_short(wanted)}", value == wanted)


def none_of(name: str, found: Iterable[object]) -> Figure:
    """The number of things of which there must be none."""
    return exactly(name, len(list(found)), 0)


def at_most(name: str, value: float, bound: float) -> Figure:
    return Figure(name, value, f"<= {_short(bound)}", value <= bound)


def within(name: str, value: float, bound: float) -> Figure:
    """A duration, in the unit stated in ``name``."""
    return Figure(name, value, f"<= {_short(bound)}", value <= bound, is_timed=True)


def at_least(name: str, value: float, bound: float) -> Figure:
    """A minimum count, also to make sure that the trial tried anything at all."""
    return Figure(name, value, f">= {_short(bound)}", value >= bound)


def told(name: str, value: float) -> Figure:
    return Figure(name, value)


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the nearest-rank percentile; infinite for no values, so that an empty measurement fails."""
    ordered = sorted(values)
    if not ordered:
        return math.inf
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def table(rows: Sequence[tuple[str, Figure]]) -> str:
    """Return the figures of several trials as a text table."""
    cells = [("trial", "figure", "value", "promised", "")]
    for trial, figure in rows:
        verdict = "" if not figure.promised else "holds" if figure.holds else "BROKEN"
        cells.append((trial, figure.name, _short(figure.value), figure.promised, verdict))
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    lines = []
    for row in cells:
        parts = [
            cell.rjust(width) if column in (2, 3) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
