"""The load generator: one scenario against servers that run already, on a core of its own.

``python -m bench.loadgen SCENARIO --server NAME URL PID [--server …] [--set rooms=50]`` prints a JSON line
for each server. ``python -m bench`` starts the servers and calls this.

Servers are measured in turns of half a second where the scenario allows it: what disturbs the machine for a
while then disturbs all alike, and the ratio of two of them holds.
"""

import argparse
import gc
import sys

import msgspec
import uvloop

from bench import http, sockets
from bench.scenarios import SCENARIOS
from bench.scenarios.run import Run
from bench.targets import target


async def take_turns(scenario: str, runs: list[Run]) -> None:
    """Run the load on all servers in turns; one that fails gets a ``fault``."""
    under_way = [(run, SCENARIOS[scenario](run)) for run in runs]
    while under_way:
        for run, turns in list(under_way):
            try:
                await anext(turns)
            except StopAsyncIteration:
                under_way.remove((run, turns))
            except (sockets.ServerFault, http.UnexpectedAnswer, OSError, ExceptionGroup) as fault:
                run.figures["fault"] = repr(fault)
                under_way.remove((run, turns))
        under_way.reverse()  # cancels the effect of the order


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.loadgen", description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument(
        "--server",
        nargs=3,
        action="append",
        required=True,
        metavar=("NAME", "URL", "PID"),
        help="its name, which says how to get in, such as http://127.0.0.1:8000, and its process",
    )
    parser.add_argument("--redis-pid", type=int, help="the process of Redis")
    parser.add_argument("--database-pid", type=int, help="the process of PostgreSQL")
    parser.add_argument("--redis", default="", help="the server's Redis, for what counts its commands")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=NUMBER", help="numbers of the scenario")
    given = parser.parse_args()
    options = {name: int(number) for name, number in (each.split("=") for each in given.set)}
    runs = [
        Run(
            target(name, url),
            int(pid),
            given.redis_pid,
            given.database_pid,
            given.redis,
            given.seconds,
            options,
            figures={"scenario": given.scenario, "server": name, **options},
        )
        for name, url, pid in given.server
    ]
    gc.disable()  # a collection scans the sockets of all servers, which takes too long
    uvloop.run(take_turns(given.scenario, runs))
    for run in runs:
        sys.stdout.write(msgspec.json.encode(run.figures).decode() + "\n")
    sys.exit(any("fault" in run.figures for run in runs))


if __name__ == "__main__":
    main()
