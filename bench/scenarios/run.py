"""One run of a scenario: its server, how long, and what was measured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import measure, sockets
from bench.targets import Target

TURN_S = 0.5

Figures = dict[str, Any]
Turns = AsyncIterator[None]
"""A running scenario; it yields when others may take their turn."""


@dataclass
class Run:
    """One run of a scenario: server, duration, parameters and results."""

    target: Target
    server_pid: int
    redis_pid: int | None
    database_pid: int | None
    redis_url: str
    seconds: float
    options: dict[str, int]
    load: sockets.Load = field(default_factory=sockets.Load)
    figures: Figures = field(default_factory=dict)

    def begin(self) -> None:
        """Finish the preparation; the next window is the first."""
        self.meter = measure.Meter(self.server_pid, self.redis_pid, self.database_pid)
        self.latencies: list[float] = []

    def option(self, name: str, default: int) -> int:
        return self.options.get(name, default)

    def turns(self) -> list[float]:
        """Return the length of each turn in seconds."""
        count = max(round(self.seconds / TURN_S), 1)
        return [self.seconds / count] * count

    @asynccontextmanager
    async def window(self) -> AsyncIterator[None]:
        """Measure what happens inside, in addition to earlier windows; raises faults."""
        self.load.seconds.clear()
        self.load.running = True
        self.meter.start()
        try:
            yield
        finally:
            self.load.running = False
            self.meter.stop()
        self.latencies += self.load.seconds
        self.load.check()

    def measured(self, name: str, count: int) -> Figures:
        """Return ``{name: count per second}``, the server's CPU time for each, latencies and CPU usage.

        The CPU time is valid on a busy machine, too.
        """
        seconds, usage = self.meter.seconds, self.meter.usage()
        spent = usage.server_cpu_pct / 100 * seconds * 1e6
        return {
            name: round(count / seconds),
            "server_us_each": round(spent / count, 2) if count else None,
            **(measure.latency(self.latencies) if self.latencies else {}),
            "seconds": round(seconds, 3),
            **asdict(usage),
        }
