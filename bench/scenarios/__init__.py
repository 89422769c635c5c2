"""The loads that are measured: each runs on one server, and pauses where others may take their turn."""

from collections.abc import Callable

from bench.scenarios.board_games import fanout, relay
from bench.scenarios.calls import first_minutes, rest
from bench.scenarios.idling import at_rest, idle, idle_worker
from bench.scenarios.queueing import queue
from bench.scenarios.real_time import arena, crowd, tick
from bench.scenarios.run import Run, Turns
from bench.scenarios.walking import world

SCENARIOS: dict[str, Callable[[Run], Turns]] = {
    each.__name__: each
    for each in (
        relay,
        fanout,
        tick,
        crowd,
        arena,
        idle,
        queue,
        world,
        rest,
        at_rest,
        idle_worker,
        first_minutes,
    )
}
