"""Compares the naive server, a bare one and ours under the same loads, in turns where possible.

Prints a JSON line for each server and load, and a final table; writes nothing else. The server under load has
one core; the generator, PostgreSQL and Redis share another.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from bench import measure, servers
from bench.goals import FLEET, LOADS, Load
from bench.report import table


def run(
    load: Load,
    names: Sequence[str],
    stores: servers.Stores,
    cores: servers.Cores | None,
    *,
    seconds: float,
    quick: bool,
) -> list[dict[str, Any]]:
    """Return the generator's results for each of these servers under one load.

    ``fault`` is the reason why one could not be measured.
    """
    options = load.options | load.by_server.get(names[0], {}) | (load.quick if quick else {})
    generator = [sys.executable, "-m", "bench.loadgen", load.scenario]
    generator += ["--seconds", str(seconds), "--redis-pid", str(stores.redis_pid)]
    if stores.database_pid is not None:
        generator += ["--database-pid", str(stores.database_pid)]
    if names[0] in servers.STORED:
        generator += ["--redis", stores.environment(names[0])["REDIS_URL"]]
    generator += ["--set", *(f"{name}={number}" for name, number in options.items())]
    results: dict[str, dict[str, Any]] = {}
    with ExitStack() as running:
        for name in names:
            results[name] = {"scenario": load.scenario, "server": name, "fault": "the generator failed"}
            try:
                server = running.enter_context(servers.running(name, stores, cores, workers=load.workers))
                generator += ["--server", name, server.url, str(server.pid)]
            except servers.ServerDidNotStart as fault:
                results[name]["fault"] = str(fault)
        if count := options.get("elsewhere"):
            running.enter_context(servers.elsewhere(names[0], stores, count))
        before = {name: stores.footprint(name) for name in names if name in servers.STORED}
        done = subprocess.run(generator, cwd=servers.ROOT, stdout=subprocess.PIPE, text=True)
        results |= {line["server"]: line for line in map(json.loads, done.stdout.splitlines())}
        for name, (_, size) in before.items():
            connections, later = stores.footprint(name)
            results[name] |= {"connections": connections, "stored_bytes": later - size}
    return list(results.values())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "load", nargs="*", help=f"of {', '.join(LOADS)} (all of these when none is named), or fleet"
    )
    parser.add_argument("--server", nargs="*", help="only these servers")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each is measured")
    parser.add_argument(
        "--quick", action="store_true", help="small loads for half a second: shows that all works"
    )
    given = parser.parse_args()
    loads = LOADS | FLEET
    asked = [name for each in given.load or LOADS for name in (FLEET if each == "fleet" else [each])]
    if unknown := set(asked) - set(loads):
        parser.error(f"no such load: {', '.join(sorted(unknown))}")
    seconds = 0.5 if given.quick else given.seconds
    cores = servers.Cores.available()
    if cores is None:
        print("All programs share what cores there are: trust the ratios only.", file=sys.stderr)
    servers.pin_this_process(cores)
    results: dict[tuple[str, str], dict[str, Any]] = {}
    with servers.stores() as stores:
        for side in servers.SETTINGS:
            if given.server is None or any(name.startswith(side) for name in given.server):
                stores.migrate(side)
        for load_name in asked:
            load = loads[load_name]
            names = [name for name in load.servers if given.server is None or name in given.server]
            for together in [names] if names and load.in_turns else [[name] for name in names]:
                for result in run(load, together, stores, cores, seconds=seconds, quick=given.quick):
                    results[load_name, result["server"]] = result
                    print(json.dumps({"load": load_name, **result}), flush=True)
    print(table(results))
    flush_ms = measure.flush_ms()
    print(
        f"The disk keeps a commit in {flush_ms:g} ms: of 50 games in each of which one move is on its way, "
        f"at most {50_000 / flush_ms:,.0f} moves/s can be committed first, whatever the software."
    )
    return 1 if any("fault" in result for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
