"""The database and the Redis of a test run: given ones, else embedded ones, never those of development."""

import atexit
import itertools
import os
from pathlib import Path

from redis.connection import parse_url

from core.embedded import postgres, valkey
from core.embedded.folders import OwnedFolder, left_behind

PREFIX = "gameplatform-tests-"
# Set by the first process of a run for all that it starts.
_RUN_FOLDER = "GAMEPLATFORM_TEST_RUN"
_GIVEN_REDIS = "GAMEPLATFORM_TEST_REDIS"

_numbers = itertools.count(1)


def provide() -> None:
    """Set ``DATABASE_URL`` and ``REDIS_URL`` for this process; called before the settings are read.

    The first process of a run starts the PostgreSQL that pytest-xdist's workers share. Each process has a
    Redis to itself: embedded, or of a given one a database above that of ``REDIS_URL``, which tests empty.
    """
    if _RUN_FOLDER not in os.environ:
        _begin()
    given = os.environ[_GIVEN_REDIS]
    os.environ["REDIS_URL"] = _own_database(given) if given else valkey.url(run_folder() / worker())


def another_redis_url() -> str:
    """For a server process of a test: an embedded Valkey of its own, or this process's given Redis."""
    if os.environ[_GIVEN_REDIS]:
        return os.environ["REDIS_URL"]
    return valkey.url(run_folder() / f"{worker()}-{next(_numbers)}")


def worker() -> str:
    """The name of this process among pytest-xdist's workers."""
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def run_folder() -> Path:
    """A folder of this run, under a short path; it is deleted at the end."""
    return Path(os.environ[_RUN_FOLDER])


def _begin() -> None:
    for folder in left_behind(PREFIX):
        _end_valkeys(folder)
    owned = OwnedFolder(PREFIX)
    os.environ[_RUN_FOLDER] = str(owned.path)
    os.environ[_GIVEN_REDIS] = os.environ.get("REDIS_URL", "")
    server = None
    if os.environ.get("TEST_DATABASE") == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{owned.path / 'development.sqlite3'}"
    elif "DATABASE_URL" not in os.environ:
        server = postgres.Server()
        server.start()
        os.environ["DATABASE_URL"] = server.url()

    def end() -> None:
        valkey.release()
        _end_valkeys(owned.path)
        if server is not None:
            server.remove()
        owned.remove()

    atexit.register(end)


def _end_valkeys(folder: Path) -> None:
    for run_dir in folder.iterdir():
        if run_dir.is_dir():
            valkey.shut_down_unless_used(valkey.url(run_dir))


def _own_database(url: str) -> str:
    number = int(parse_url(url).get("db", 0)) + 1 + int(worker().removeprefix("gw"))
    address, _, query = url.partition("?")
    # In the query, where a unix socket's URL has it too; the first of several counts.
    return f"{address}?db={number}&{query}".rstrip("&")
