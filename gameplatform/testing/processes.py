"""Real server processes for tests, trials and benchmarks."""

import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import psutil
import psycopg
from psycopg import sql

from gameplatform.testing import services

ROOT = services.PLATFORM
START_TIMEOUT = 120.0
STOP_TIMEOUT = 30.0

_numbers = itertools.count(1)


class ServerProcess:
    """A server with one or more workers, started by ``python -m gameplatform``.

    ``environment`` holds its settings, including ``DATABASE_URL`` and ``REDIS_URL``. ``port`` 0 picks a free
    one; ``command`` is a prefix such as ``("taskset", "-c", "0")``. Output goes to ``log_path``.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        log_path: Path,
        workers: int = 1,
        port: int = 0,
        command: tuple[str, ...] = (),
    ) -> None:
        self.environment = dict(environment)
        self._log_path = log_path
        self._workers = workers
        self._port = port
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.base_url = ""

    def __enter__(self) -> "ServerProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A gracefully stopping server waits for its clients, which cannot react while this call blocks.
        self.stop(signal.SIGKILL)

    def start(self) -> None:
        """Start and wait until ``/health/ready`` answers 200; a restart uses the same port."""
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [*self._command, sys.executable, *self._arguments()],
                cwd=services.project_folder(),
                env=_environment(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.await_ready()
        except BaseException:
            self.stop(signal.SIGKILL)
            raise

    def _arguments(self) -> list[str]:
        address = ["--host", "127.0.0.1", "--port", str(self._port)]
        return ["-m", "gameplatform", *address, "--workers", str(self._workers)]

    def await_ready(self) -> None:
        """Wait until all workers are running and ``/health/ready`` answers 200."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"The server ended with {self._process.returncode}:\n{self.log()}")
            if not self.base_url and (found := re.search(r"^Listening on (\S+)", self.log(), re.MULTILINE)):
                self.base_url = found[1]
                self._port = urlsplit(self.base_url).port or 0
            if self.base_url and len(self.pids) == self._workers and self._is_ready():
                return
            time.sleep(0.02)
        raise RuntimeError(f"The server was not ready within {START_TIMEOUT} s:\n{self.log()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the server and its workers, by default with SIGTERM; does nothing if it has ended."""
        if self._process is None:
            return
        family = [self._process, *self._children()]
        if how == signal.SIGKILL:
            for process in family:
                process.kill()
        else:
            self._process.send_signal(how)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            for process in family:
                process.kill()
            self._process.wait()
            raise RuntimeError(f"The server did not stop within {STOP_TIMEOUT} s:\n{self.log()}") from None
        finally:
            self._process = None

    def kill(self, pid: int) -> None:
        """Kill one process without cleanup, and wait until it is gone."""
        process = psutil.Process(pid)
        process.kill()
        process.wait(STOP_TIMEOUT)

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http", "ws", 1)

    @property
    def pids(self) -> list[int]:
        """Return the ids of the serving processes: the server itself, or its workers if it has several."""
        if self._process is None:
            return []
        return [self._process.pid] if self._workers == 1 else [child.pid for child in self._serving()]

    def log(self) -> str:
        return self._log_path.read_text(errors="replace")

    def _children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid).children(recursive=True) if self._process else []
        return []

    def _serving(self) -> list[psutil.Process]:
        # The parent's children include multiprocessing's resource tracker and the embedded Valkey.
        serving = []
        for child in self._children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "spawn_main" in " ".join(child.cmdline()):
                    serving.append(child)
        return serving

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/health/ready", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


class DevelopmentServer(ServerProcess):
    """A server started by ``manage.py runserver``."""

    def _arguments(self) -> list[str]:
        return ["manage.py", "runserver", f"127.0.0.1:{self._port}"]


@contextlib.contextmanager
def fresh_database(server_url: str, folder: Path, *, demo: bool = False) -> Iterator[str]:
    """Create a migrated database on the server of ``server_url``; yield its ``DATABASE_URL``.

    It is a copy of one that the first caller migrates, a file in ``folder`` on SQLite. In tests it may have
    the demo data, which is made once in a run.
    """
    config = environ.Env.db_url_config(server_url)
    if config["ENGINE"].endswith("sqlite3"):
        path = folder / f"fresh-{next(_numbers)}.sqlite3"
        shutil.copyfile(_template_file(demo=demo), path)
        yield f"sqlite:///{path}"
        return
    name = f"fresh_{os.getpid()}_{next(_numbers)}"
    template = database_template(server_url, demo=demo)
    with psycopg.connect(**_connection(config), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield _beside(server_url, name)
    finally:
        with psycopg.connect(**_connection(config), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _template_file(*, demo: bool) -> Path:
    """Return a migrated SQLite database to copy, which the first caller of a run makes."""
    folder = services.run_folder()
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
        migrated = _made_file(folder / "migrated.sqlite3", "migrate")
        return _made_file(folder / "demo.sqlite3", "seed_demo", base=migrated) if demo else migrated


def _made_file(path: Path, command: str, *, base: Path | None = None) -> Path:
    if not path.exists():
        draft = path.with_suffix(".draft")
        if base is not None:
            shutil.copyfile(base, draft)
        manage({"DATABASE_URL": f"sqlite:///{draft}"}, command, "--verbosity=0")
        draft.rename(path)
    return path


def database_template(server_url: str, *, demo: bool = False) -> str:
    """Return the name of a migrated database on this PostgreSQL server, to copy.

    In tests it may have the demo data, which is made once in a run.
    """
    digest = hashlib.sha256(services.project_settings().encode())
    for folder in sorted({ROOT, services.project_folder()}):
        for migration in sorted([*folder.glob("*/migrations/*.py"), *folder.glob("*/*/migrations/*.py")]):
            digest.update(bytes(migration.relative_to(folder)) + migration.read_bytes())
    version = digest.hexdigest()[:16]
    migrated = f"fresh_template_{version}"
    with psycopg.connect(**_connection(environ.Env.db_url_config(server_url)), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(1684300902)")  # until the connection closes
        _make_template(server, server_url, migrated, "migrate", base="template1")
        if not demo:
            return migrated
        seeded = f"fresh_demo_{version}_{services.run_folder().name}"
        _drop_templates_of_ended_runs(server)
        _make_template(server, server_url, seeded, "seed_demo", base=migrated)
    return seeded


def _make_template(
    server: psycopg.Connection, server_url: str, name: str, command: str, *, base: str
) -> None:
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    # Renamed when complete, so that nobody copies half a template.
    draft = sql.Identifier(f"{name}_draft")
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(draft))
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(draft, sql.Identifier(base)))
    manage({"DATABASE_URL": _beside(server_url, f"{name}_draft")}, command, "--verbosity=0")
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, sql.Identifier(name)))


def _drop_templates_of_ended_runs(server: psycopg.Connection) -> None:
    names = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'fresh_demo_%'").fetchall()
    for (name,) in names:
        run = name.removesuffix("_draft").split("_", 3)[-1]
        if not services.run_folder().with_name(run).exists():
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def manage(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a management command with this environment's data."""
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=services.project_folder(),
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"{arguments[0]} failed:\n{result.stderr}")


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    # All clients of tests, trials and benchmarks come from one address.
    defaults = {
        "DJANGO_SETTINGS_MODULE": services.project_settings(),
        "UNLIMITED_ADDRESSES": "127.0.0.0/8,::1",
    }
    return {**os.environ, **defaults, **added}


def _beside(server_url: str, name: str) -> str:
    parts = urlsplit(server_url)
    return parts._replace(path=f"{parts.path.rsplit('/', 1)[0]}/{name}").geturl()


def _connection(config: Mapping[str, Any]) -> dict[str, Any]:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: config[key] for name, key in names.items() if config.get(key)}
