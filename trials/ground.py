"""The environment of a trial: a PostgreSQL and a Redis of its own, and server processes to kill."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import redis

from core.embedded import postgres, valkey
from gameplatform import environment
from gameplatform.testing.processes import ROOT, ServerProcess, fresh_database
from trials.history import History

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "gameplatform.settings",
    "DEBUG": "off",
    "SECRET_KEY": "of-a-trial-whose-servers-listen-on-loopback-for-minutes",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECURE_SSL_REDIRECT": "off",
    "EXTRA_APPS": ",".join(dict.fromkeys(("bench", "trials", *environment.names("EXTRA_APPS")))),
    "REDIS_PREFIX": "trial",
}


class Ground:
    """Stores and servers. ``fault`` is planted in every server (see ``trials.faults``)."""

    def __init__(self, folder: Path, cluster: postgres.Server, database_url: str, fault: str = "") -> None:
        self.folder = folder
        self.cluster = cluster
        self.servers: list[ServerProcess] = []
        redis_url = valkey.url(folder)
        self.environment = SETTINGS | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PLANTED_FAULT": fault,
            # Faults cannot be planted in compiled modules.
            "COMPILED": "off" if fault else "on",
        }

    def start(self, count: int = 1, **environment: str) -> list[ServerProcess]:
        """Start ``count`` servers of one worker each, each on a port of its own."""
        for number in range(len(self.servers), len(self.servers) + count):
            log_path = self.folder / f"server-{number}.log"
            server = ServerProcess(self.environment | environment, log_path=log_path)
            self.servers.append(server)
            server.start()
        return self.servers[-count:]

    def manage(self, *arguments: str) -> str:
        """Run a management command on the trial's database; return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            # With DEBUG on, since demo data is for development only.
            env=os.environ | self.environment | {"PLANTED_FAULT": "", "DEBUG": "on"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows of the trial's database; empty for a statement that changes some."""
        name = self.environment["DATABASE_URL"].rpartition("/")[2]
        with psycopg.connect(
            host=str(self.cluster.folder), user=postgres.SUPERUSER, dbname=name, autocommit=True
        ) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def connections(self) -> int:
        """Return the number of connections to the trial's database, including this one."""
        [(count,)] = self.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(count)

    def kill_redis(self) -> None:
        """Kill Redis with SIGKILL; the servers start a new one, which is empty."""
        with redis.from_url(self.environment["REDIS_URL"]) as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)

    def redis_keys(self) -> set[str]:
        with redis.from_url(self.environment["REDIS_URL"]) as client:
            return {key.decode() for key in client.scan_iter()}

    def logs(self) -> str:
        """Return the logs of all servers."""
        return "".join(server.log() for server in self.servers)

    def stop(self) -> None:
        for server in self.servers:
            server.stop(signal.SIGKILL)


async def kill(history: History, victim: ServerProcess) -> None:
    """Kill a server with SIGKILL and start it again."""
    history.seen("operator", "killed")
    victim.kill(victim.pids[0])
    await asyncio.to_thread(victim.start)


async def kill_in_turn(
    history: History, servers: Sequence[ServerProcess], *, kills: int, every_s: tuple[float, float]
) -> None:
    """Kill the servers one after the other, each after a random pause of these bounds, and wait 3 s more."""
    for number in range(kills):
        await asyncio.sleep(random.uniform(*every_s))
        await kill(history, servers[number % len(servers)])
    await asyncio.sleep(3)


@contextlib.contextmanager
def prepared(*, fault: str = "", cluster: postgres.Server | None = None) -> Iterator[Ground]:
    """Yield a ground with a migrated database, on ``cluster`` or one of its own, and clean it up."""
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="trial-", dir="/tmp")))
        if cluster is None:
            cluster = held.enter_context(postgres.Server(durable=True))
        url = held.enter_context(fresh_database(cluster.url(), folder))
        ground = Ground(folder, cluster, url, fault)
        # The servers start the Redis that they share, and leave it running when killed.
        held.callback(valkey.shut_down_unless_used, ground.environment["REDIS_URL"])
        held.callback(ground.stop)
        yield ground
