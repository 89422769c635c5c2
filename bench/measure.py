"""Measurements of a window of load: percentiles, CPU time by process, memory."""

import math
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psutil


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of sorted values; NaN if there are none."""
    if not ordered:
        return math.nan
    rank = math.ceil(len(ordered) * percent / 100)
    return ordered[max(rank, 1) - 1]


def latency(seconds: Iterable[float]) -> dict[str, float]:
    """Return ``{"p50_ms", "p99_ms", "max_ms"}`` of durations in seconds."""
    ordered = sorted(seconds)
    figures = {"p50_ms": percentile(ordered, 50), "p99_ms": percentile(ordered, 99)}
    figures["max_ms"] = percentile(ordered, 100)
    return {name: round(value * 1000, 3) for name, value in figures.items()}


def tree(pids: Iterable[int]) -> list[psutil.Process]:
    """Return these processes and all their living descendants."""
    family: dict[int, psutil.Process] = {}
    for pid in pids:
        try:
            process = psutil.Process(pid)
            family.update((each.pid, each) for each in [process, *process.children(recursive=True)])
        except psutil.NoSuchProcess:
            continue
    return list(family.values())


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Return the CPU time of processes and of their reaped children."""
    total = 0.0
    for process in processes:
        try:
            total += sum(process.cpu_times()[:4])  # user, system, and both of reaped children
        except psutil.NoSuchProcess:
            continue
    return total


def process_seconds(pid: int) -> float:
    """Return the CPU time of a running process alone, in nanosecond steps where ``cpu_times`` has 10 ms."""
    # The clock of another process, as clock_getcpuclockid(3) makes it.
    return time.clock_gettime((~pid << 3) | 2)


def rss(pid: int) -> int:
    """Return the resident bytes of a process and its descendants."""
    return sum(process.memory_info().rss for process in tree([pid]))


def flush_ms(times: int = 50) -> float:
    """Return the median time to write 8 KiB durably (fdatasync), as a commit does."""
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
    return float(sum(times[:8]) - times.idle - times.iowait)  # beyond the eighth, Linux counts guests twice


def _wire_bytes() -> float:
    loopback = psutil.net_io_counters(pernic=True).get("lo")
    return 0.0 if loopback is None else float(loopback.bytes_recv)


@dataclass
class Usage:
    """CPU time of the server, the generator, the stores and all others, in percent of one core.

    ``wire_bytes_per_s`` is what crossed the loopback interface: all between clients and server, both ways,
    with headers.
    """

    server_cpu_pct: float
    generator_cpu_pct: float
    redis_cpu_pct: float
    database_cpu_pct: float
    other_cpu_pct: float
    wire_bytes_per_s: int


class Meter:
    """Accumulates windows of time, and the CPU time and bandwidth that the current processes used in them."""

    def __init__(self, server: int, redis: int | None, database: int | None) -> None:
        stores = [[] if pid is None else tree([pid]) for pid in (redis, database)]
        self._families = [tree([server]), [psutil.Process()], *stores]
        self._before: tuple[float, ...] = (0.0,) * 7
        self._used: tuple[float, ...] = self._before

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
        """Return the total length of all windows."""
        return self._used[0]

    def usage(self) -> Usage:
        """Return the CPU usage in all windows."""
        seconds, *used, wire = self._used
        server, generator, redis, database, machine = (100 * each / seconds for each in used)
        others = max(machine - server - generator - redis - database, 0.0)
        return Usage(
            server_cpu_pct=round(server, 1),
            generator_cpu_pct=round(generator, 1),
            redis_cpu_pct=round(redis, 1),
            database_cpu_pct=round(database, 1),
            other_cpu_pct=round(others, 1),
            wire_bytes_per_s=round(wire / seconds),
        )

    def _read(self) -> tuple[float, ...]:
        return time.perf_counter(), *map(cpu_seconds, self._families), _machine_busy_seconds(), _wire_bytes()
