"""The verdict of a checker: measured values beside what is promised."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value; ``promised`` says what it has to be (empty: nothing) and ``holds`` whether it is.

    One that ``is_timed`` depends on how busy the machine is.
    """

    name: str
    value: float
    promised: str = ""
    holds: bool = True
    is_timed: bool = False


def exactly(name: str, value: float, wanted: float) -> Figure:
    return Figure(name, value, f"= {_short(wanted)}", value == wanted)


def none_of(name: str, found: Iterable[object]) -> Figure:
    """How many there are of what there must be none of."""
    return exactly(name, len(list(found)), 0)


def at_most(name: str, value: float, bound: float) -> Figure:
    return Figure(name, value, f"<= {_short(bound)}", value <= bound)


def within(name: str, value: float, bound: float) -> Figure:
    """A time, in the unit that ``name`` says."""
    return Figure(name, value, f"<= {_short(bound)}", value <= bound, is_timed=True)


def at_least(name: str, value: float, bound: float) -> Figure:
    """Also what keeps a trial honest: one in which nothing was tried proves nothing."""
    return Figure(name, value, f">= {_short(bound)}", value >= bound)


def told(name: str, value: float) -> Figure:
    return Figure(name, value)


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile; infinite where there are none, so that nothing measured holds nothing."""
    ordered = sorted(values)
    if not ordered:
        return math.inf
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def table(rows: Sequence[tuple[str, Figure]]) -> str:
    """The figures of several trials, as text in columns."""
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
