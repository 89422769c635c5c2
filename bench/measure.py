"""What a window of load took and gave: percentiles, processor time of who did what, memory."""

import math
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psutil


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of values in rising order; NaN where there are none."""
    if not ordered:
        return math.nan
    rank = math.ceil(len(ordered) * percent / 100)
    return ordered[max(rank, 1) - 1]


def latency(seconds: Iterable[float]) -> dict[str, float]:
    """``{"p50_ms", "p99_ms", "max_ms"}`` of durations given in seconds."""
    ordered = sorted(seconds)
    figures = {"p50_ms": percentile(ordered, 50), "p99_ms": percentile(ordered, 99)}
    figures["max_ms"] = percentile(ordered, 100)
    return {name: round(value * 1000, 3) for name, value in figures.items()}


def tree(pids: Iterable[int]) -> list[psutil.Process]:
    """These processes and all their descendants, without those that have gone."""
    family: dict[int, psutil.Process] = {}
    for pid in pids:
        try:
            process = psutil.Process(pid)
            family.update((each.pid, each) for each in [process, *process.children(recursive=True)])
        except psutil.NoSuchProcess:
            continue
    return list(family.values())


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Processor time used by processes and by the children that they have reaped."""
    total = 0.0
    for process in processes:
        try:
            total += sum(process.cpu_times()[:4])  # user, system, and both of reaped children
        except psutil.NoSuchProcess:
            continue
    return total


def rss(pid: int) -> int:
    """Resident bytes of a process and its descendants."""
    return sum(process.memory_info().rss for process in tree([pid]))


def flush_ms(times: int = 50) -> float:
    """How long the disk takes to keep 8 KiB for good, as a commit does (median of fdatasync)."""
    keep = getattr(os, "fdatasync", os.fsync)
    took = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(times):
            file.write(bytes(8192))
            started = time.perf_counter()
            keep(file.fileno())
            took.append(time.perf_counter() - started)
    return latency(took)["p50_ms"]


def _machine_busy_seconds() -> float:
    times = psutil.cpu_times()
    return sum(times[:8]) - times.idle - times.iowait  # beyond the eighth, Linux counts guests twice


@dataclass
class Usage:
    """Processor time of the server, the generator, the stores and all others, in percent of one core."""

    server_cpu_pct: float
    generator_cpu_pct: float
    stores_cpu_pct: float
    other_cpu_pct: float


class Meter:
    """Adds up windows of time, and what processors did in them for the processes that there are now."""

    def __init__(self, server: int, stores: Sequence[int]) -> None:
        self._families = [tree([server]), [psutil.Process()], tree(stores)]
        self._before = self._used = (0.0,) * 5

    def start(self) -> None:
        """Begin a window."""
        self._before = self._read()

    def stop(self) -> None:
        """End the window."""
        after = self._read()
        added = zip(self._used, self._before, after, strict=True)
        self._used = tuple(used + late - early for used, early, late in added)

    @property
    def seconds(self) -> float:
        """How long all windows were together."""
        return self._used[0]

    def usage(self) -> Usage:
        """Who used the processors in all windows."""
        seconds, *used = self._used
        server, generator, stores, machine = (100 * each / seconds for each in used)
        others = max(machine - server - generator - stores, 0.0)
        return Usage(round(server, 1), round(generator, 1), round(stores, 1), round(others, 1))

    def _read(self) -> tuple[float, ...]:
        return time.perf_counter(), *map(cpu_seconds, self._families), _machine_busy_seconds()
