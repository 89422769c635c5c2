"""``python -m deploy.rolling_restart``: restarts two workers in turn under load, like an upgrade.

nginx with the shipped configuration is in front. Bots play throughout; the exit code is 1 if a game did not
end by its rules, or a bot could not continue.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django

from core.embedded import postgres, valkey
from deploy.proxy import Proxy
from gameplatform.testing.processes import ServerProcess, fresh_database

SETTLED_S = 3.0


@contextmanager
def workers(folder: Path) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """Two servers of one worker each, on a PostgreSQL and a Valkey of their own."""
    with ExitStack() as stack:
        database = postgres.Server()
        database.start()
        stack.callback(database.remove)
        environment = {
            "DATABASE_URL": stack.enter_context(fresh_database(database.url(), folder)),
            "REDIS_URL": valkey.url(folder),
        }
        # The servers use it, and are killed at the end.
        stack.callback(valkey.shut_down_unless_used, environment["REDIS_URL"])
        one = stack.enter_context(ServerProcess(environment, log_path=folder / "one.log"))
        two = stack.enter_context(ServerProcess(environment, log_path=folder / "two.log"))
        yield one, two


async def trial(game: str, bots: int, rounds: int) -> bool:
    """Run the trial; return whether nobody lost anything."""
    from game import simulation
    from game.author import catalogue

    with tempfile.TemporaryDirectory(prefix="rolling-") as name:
        folder = Path(name)
        with workers(folder) as servers, Proxy(folder, *(server.base_url for server in servers)) as proxy:
            tally = simulation.Tally()
            kind = catalogue.get(game)
            playing = asyncio.create_task(
                simulation.simulate(proxy.base_url, kind, bots=bots, seconds=3600, tally=tally)
            )
            await asyncio.sleep(SETTLED_S)
            for server in servers * rounds:
                began, finished = time.monotonic(), tally.games.total()
                await asyncio.to_thread(server.stop)
                stopped = time.monotonic()
                await asyncio.to_thread(server.start)
                started = time.monotonic()
                await asyncio.sleep(SETTLED_S)
                print(
                    f"restarted {server.base_url}: stopped in {stopped - began:.1f} s, "
                    f"ready {started - stopped:.1f} s later; "
                    f"{tally.games.total() - finished} games finished meanwhile"
                )
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
    print(f"games {dict(tally.games)}, {tally.moves:,} moves")
    print(f"sockets that came back {dict(tally.reconnects)}, calls made again {dict(tally.unanswered)}")
    print(f"errors {dict(tally.errors)}")
    return not tally.failed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.rolling_restart", description=__doc__)
    parser.add_argument("--game", default="connect_four")
    parser.add_argument("--bots", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2, help="how often each worker is restarted")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gameplatform.settings")
    django.setup()
    sys.exit(0 if asyncio.run(trial(options.game, options.bots, options.rounds)) else 1)


if __name__ == "__main__":
    main()
