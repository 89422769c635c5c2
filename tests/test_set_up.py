"""The setup: embedded servers that start and stop as needed, and a server started by one command."""

import contextlib
import io
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils.module_loading import autodiscover_modules

from accounts.models import User
from core import seeding
from core.embedded import EmbeddedServerError, postgres, valkey
from core.embedded.folders import OwnedFolder
from gameplatform.testing import processes, services
from gameplatform.testing.processes import ServerProcess

USE_VALKEY = """
import sys
from core.embedded import valkey
for line in sys.stdin:
    valkey.ensure_running(sys.argv[1])
    print("in use", flush=True)
"""
OWN_POSTGRES = """
from core.embedded import postgres
server = postgres.Server()
server.start()
print(server.folder, flush=True)
input()
"""


class Neighbour:
    """Another process; in Valkey's tests a user of the server until it exits."""

    def __init__(self, program: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=processes.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self) -> None:
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        return self._process.stdout.readline().strip()

    def leave(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    owned = OwnedFolder(services.PREFIX)
    yield owned.path
    valkey.shut_down_unless_used(valkey.url(owned.path))
    owned.remove()


@pytest.fixture
def neighbour(folder: Path) -> Iterator[Any]:
    """Start processes that end with the test, before the folder is deleted."""
    started = []

    def start(program: str, *arguments: str) -> Neighbour:
        started.append(Neighbour(program, *arguments))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def user_of(neighbour: Any) -> Callable[[str], Neighbour]:
    """Start another process that uses the embedded Valkey at a URL."""

    def start(url: str) -> Neighbour:
        user = neighbour(USE_VALKEY, url)
        user.ask()
        assert user.answer() == "in use"
        return user

    return start


def server_pid(url: str) -> int:
    with redis.from_url(url) as client:
        return client.info("server")["process_id"]


def is_up(url: str) -> bool:
    try:
        server_pid(url)
    except redis.ConnectionError:
        return False
    return True


def test_processes_of_a_checkout_share_one_valkey_and_the_last_ends_it(
    folder: Path, user_of: Callable[[str], Neighbour]
) -> None:
    url = valkey.url(folder)
    assert not is_up(url)
    first = user_of(url)
    pid = server_pid(url)
    second = user_of(url)
    first.leave()
    assert server_pid(url) == pid
    second.leave()
    assert not is_up(url)


def test_processes_that_start_at_once_make_one_valkey(folder: Path, neighbour: Any) -> None:
    url = valkey.url(folder)
    users = [neighbour(USE_VALKEY, url) for _ in range(4)]
    for user in users:
        user.ask()
    assert [user.answer() for user in users] == ["in use"] * 4
    # Valkey's process title contains its program and socket.
    titles = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert sum(f"valkey-server unixsocket:{folder}" in title for title in titles) == 1
    for user in users:
        user.leave()
    assert not is_up(url)


def test_a_killed_valkey_is_started_anew(folder: Path, user_of: Callable[[str], Neighbour]) -> None:
    url = valkey.url(folder)
    user = user_of(url)
    old = psutil.Process(server_pid(url))
    old.kill()
    user.ask()
    assert user.answer() == "in use"
    assert server_pid(url) != old.pid
    user.leave()
    assert not is_up(url)


def test_a_valkey_whose_users_were_all_killed_serves_the_next_one(
    folder: Path, user_of: Callable[[str], Neighbour]
) -> None:
    url = valkey.url(folder)
    killed = user_of(url)
    pid = server_pid(url)
    killed.kill()
    assert server_pid(url) == pid
    user_of(url).leave()
    assert not is_up(url)


def test_a_checkout_with_a_long_path_gets_a_socket_with_a_short_one(
    folder: Path, user_of: Callable[[str], Neighbour]
) -> None:
    url = valkey.url(folder / ("deep" * 40))
    assert len(url) < len("unix://") + valkey.MAX_SOCKET_PATH
    user = user_of(url)
    assert is_up(url)
    user.leave()
    shutil.rmtree(Path(url.removeprefix("unix://")).parent)


def test_a_redis_that_was_given_is_left_alone(folder: Path) -> None:
    valkey.ensure_running("redis://127.0.0.1:1/0")
    valkey.ensure_running(f"unix://{folder / 'somebody.sock'}")
    assert [path.name for path in folder.iterdir()] == ["owner.lock"]


def test_a_platform_without_a_binary_is_told_what_to_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "sparc64")
    with pytest.raises(EmbeddedServerError, match="REDIS_URL"):
        valkey.ensure_running(valkey.url(folder))


def test_a_durable_postgres_keeps_its_data_over_a_crash_and_none_after_removal() -> None:
    with postgres.Server(durable=True) as server:
        with server.connect() as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill()
        server.start()
        with server.connect() as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert not server.folder.exists()


def test_a_postgres_whose_owner_was_killed_is_cleaned_up(neighbour: Any) -> None:
    owner = neighbour(OWN_POSTGRES)
    folder = Path(owner.answer())
    server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    owner.kill()
    assert server.is_running()
    postgres.remove_orphans()
    server.wait(processes.STOP_TIMEOUT)
    assert not folder.exists()


def test_a_server_of_two_workers_replaces_one_that_is_killed_and_leaves_nothing(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]], folder: Path
) -> None:
    redis_url = valkey.url(folder)
    with live_server_process(workers=2, REDIS_URL=redis_url) as server:
        first, second = server.pids
        server.kill(first)
        server.await_ready()
        assert second in server.pids
        assert first not in server.pids
        family = [psutil.Process(pid) for pid in server.pids]
        assert is_up(redis_url)
        server.stop()
        assert not any(process.is_running() for process in family)
        assert not is_up(redis_url)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_stop_leaves_nothing(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
    folder: Path,
    how: Any,
) -> None:
    redis_url = valkey.url(folder)
    with live_server_process(REDIS_URL=redis_url) as server:
        assert is_up(redis_url)
        server.stop(how)
        assert not is_up(redis_url)


def test_a_killed_server_comes_back_where_it_was(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process() as server:
        url = server.base_url
        server.kill(server.pids[0])
        server.start()
        assert server.base_url == url


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls of two registered seeding steps."""
    autodiscover_modules("seeding")  # so that none of them is registered below
    monkeypatch.setattr(seeding, "_steps", [])
    happened = []
    seeding.seeds(order=20, clear=lambda: happened.append("no lobbies"))(lambda: happened.append("lobbies"))
    seeding.seeds(order=10, clear=lambda: happened.append("no users"))(lambda: happened.append("users"))
    return happened


LAID, CLEARED = ["users", "lobbies"], ["no lobbies", "no users"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "does"), [((), LAID), (("--clear",), CLEARED + LAID), (("--only-clear",), CLEARED)]
)
def test_the_demo_data_is_laid_in_order_and_cleared_in_reverse(
    development: None, happened: list[str], option: tuple[Any, ...], does: Any
) -> None:
    call_command("seed_demo", *option, stdout=io.StringIO())
    assert happened == does


@pytest.mark.django_db
def test_the_demo_data_cleared_and_laid_anew_is_that_of_the_first_time(
    development: None, client: Client
) -> None:
    def users() -> list[tuple[str, bool]]:
        return list(User.objects.order_by("username").values_list("username", "is_premium"))

    call_command("seed_demo", stdout=io.StringIO())
    first = users()
    call_command("seed_demo", "--clear", stdout=io.StringIO())
    assert users() == first
    for username in ("premium_user_1", "premium_user_2", "user_1", "user_5"):
        body = {"username": username, "password": "testpass123"}
        assert client.post("/api/auth/login", body, "application/json").status_code == 200


@pytest.mark.django_db
def test_without_debug_demo_data_is_taken_away_and_never_laid(happened: list[str]) -> None:
    for option in ((), ("--clear",)):
        with pytest.raises(ImproperlyConfigured, match="only with DEBUG on"):
            call_command("seed_demo", *option)
    assert happened == []
    call_command("seed_demo", "--only-clear", stdout=io.StringIO())
    assert happened == CLEARED
