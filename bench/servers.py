"""Starts the processes of a run: the server under load on its own core, everything else on another."""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import environ
import psutil
import psycopg
import redis
from psycopg import sql

from core.embedded import postgres, valkey

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 60.0
STOP_WITHIN = 30.0
SETTINGS = {"naive": "bench.naive.settings", "ours": "bench.settings"}
STORED = ("naive", "naive-stored", "ours", "ours-memory")
"""The servers with databases, one each, so that all may run at once."""


class ServerDidNotStart(Exception):
    """A server exited or did not answer; the message contains the end of its log."""


@dataclass(frozen=True)
class Cores:
    """The core of the server under load, and the core of everything else."""

    server: int
    rest: int

    @classmethod
    def available(cls) -> "Cores | None":
        """Return two cores of this process, or None if it has no choice."""
        if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
            return None
        first, second, *_ = sorted(os.sched_getaffinity(0))
        return cls(first, second)


@dataclass(frozen=True)
class Stores:
    """PostgreSQL and Redis."""

    database_url: str
    redis_url: str
    redis_pid: int
    database_pid: int | None
    """None if PostgreSQL does not run on this machine."""

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment variables of this server."""
        joint = "&" if "?" in self.redis_url else "?"
        return _variables(_side(name), self._database_url(f"bench_{name}")) | {
            "REDIS_URL": f"{self.redis_url}{joint}db={1 + STORED.index(name)}",
        }

    def migrate(self, side: str) -> None:
        """Create the tables of the ``naive`` or ``ours`` side, and their content."""
        migrated = _migrated(side)
        _create_database(self.database_url, migrated)
        commands = [["migrate", "--run-syncdb", "--verbosity=0"], ["seed_demo", "--verbosity=0"]]
        # With DEBUG on, since demo data is for development only.
        variables = _variables(side, self._database_url(migrated)) | {
            "REDIS_URL": self.redis_url,
            "DEBUG": "on",
        }
        for command in commands:
            subprocess.run(
                [sys.executable, "-m", "django", *command],
                cwd=ROOT,
                env=os.environ | variables,
                stdout=subprocess.DEVNULL,
                check=True,
            )

    def begin_anew(self, name: str) -> None:
        """Delete an earlier server's data: ours would resume its games, which would distort the result."""
        with redis.from_url(self.environment(name)["REDIS_URL"]) as client:
            client.flushdb()
        _create_database(self.database_url, f"bench_{name}", _migrated(_side(name)))

    def footprint(self, name: str) -> tuple[int, int]:
        """Return the number of connections to this server's database, and its size in bytes."""
        with _connect(self.database_url) as connection:
            found = connection.execute(
                "SELECT numbackends, pg_database_size(datname) FROM pg_stat_database WHERE datname = %s",
                [f"bench_{name}"],
            ).fetchone()
        assert found is not None, "a running server has a database"
        return int(found[0]), int(found[1])

    def _database_url(self, name: str) -> str:
        return f"{self.database_url.rpartition('/')[0]}/{name}"


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    pid: int


def pin_this_process(cores: Cores | None) -> None:
    """Pin this process and its children to the second core, and raise the limit of open files."""
    if cores is not None:
        os.sched_setaffinity(0, {cores.rest})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def stores() -> Iterator[Stores]:
    """Yield the stores at ``DATABASE_URL`` and ``REDIS_URL``, or embedded ones."""
    with ExitStack() as held:
        database_url = os.environ.get("DATABASE_URL")
        if not database_url:
            database_url = held.enter_context(postgres.Server(durable=True)).url()
        redis_url = os.environ.get("REDIS_URL")
        if not redis_url:
            redis_url = valkey.url(Path(held.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))))
            held.callback(valkey.release)
            valkey.ensure_running(redis_url)
        yield Stores(database_url, redis_url, _redis_pid(redis_url), _database_pid(database_url))


def _side(name: str) -> str:
    return "naive" if name.startswith("naive") else "ours"


def _migrated(side: str) -> str:
    return f"bench_{side}_migrated"


def _variables(side: str, database_url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": SETTINGS[side],
        "DATABASE_URL": database_url,
        "DEBUG": "off",
        "SECRET_KEY": "of-a-benchmark-that-listens-on-loopback-for-seconds",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "off",
        "EXTRA_APPS": "bench",
        "UNLIMITED_ADDRESSES": "127.0.0.0/8,::1",
        "SOCKET_MAX_RATE": "1000000000",
    }


def _connect(database_url: str) -> psycopg.Connection:
    parts = environ.Env.db_url_config(database_url)
    return psycopg.connect(
        host=parts["HOST"],
        port=parts["PORT"] or None,
        user=parts["USER"],
        password=parts["PASSWORD"] or None,
        dbname=parts["NAME"],
        autocommit=True,
    )


def _create_database(database_url: str, name: str, template: str = "template1") -> None:
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    with _connect(database_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
        connection.execute(
            sql.SQL("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY").format(**names)
        )


def _redis_pid(redis_url: str) -> int:
    """Return the process id that Redis reports: correct if it runs on this machine."""
    with redis.from_url(redis_url) as client:
        return int(client.info("server")["process_id"])


def _database_pid(database_url: str) -> int | None:
    with _connect(database_url) as connection, suppress(psutil.NoSuchProcess):
        return int(psutil.Process(connection.info.backend_pid).ppid())
    return None


@contextmanager
def running(name: str, stores: Stores, cores: Cores | None, *, workers: int = 1) -> Iterator[Server]:
    """Run a fresh server of this name on its core; may raise ServerDidNotStart.

    Only ours can have more than one worker; they share a port and the core.

    ``ceiling`` and ``ceiling-http`` forward bytes; ``naive`` and ``naive-stored`` are one program (which
    stores moves in some rooms); ``ours`` commits each move before it is published, ``ours-memory`` does not.
    """
    port = _free_port()
    command, environment = _command(name, port, stores)
    if workers > 1:
        command += ["--workers", str(workers)]
    if name in STORED:
        stores.begin_anew(name)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, {cores.server})) if cores is not None else None,
        )
        try:
            if not _answers(port, process):
                log.seek(0)
                raise ServerDidNotStart(f"{name}: {log.read()[-4000:].decode(errors='replace')}")
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            _stop(process)


@contextmanager
def elsewhere(name: str, stores: Stores, count: int) -> Iterator[None]:
    """Store this many games and visits of another worker in this server's stores."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.elsewhere", str(count)],
        cwd=ROOT,
        env=os.environ | stores.environment(name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if process.stdout.readline() != b"ready\n":
                raise ServerDidNotStart("the rest of the fleet")
            yield
        finally:
            process.stdin.close()


def _command(name: str, port: int, stores: Stores) -> tuple[list[str], dict[str, str]]:
    python = [sys.executable, "-m"]
    if name.startswith("ceiling"):
        return [*python, "bench.ceiling", str(port), *name.split("-")[1:]], {}
    if name.startswith("naive"):
        daphne = ["daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), "bench.naive.asgi:application"]
        return [*python, *daphne], stores.environment(name)
    environment = stores.environment(name) | {"HOST": "127.0.0.1", "PORT": str(port)}
    if name == "ours-memory":
        environment["BENCH_JOURNAL"] = "off"
    return [*python, "gameplatform"], environment


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
