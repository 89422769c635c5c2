"""The database and Redis of a test run: configured ones, else embedded ones, never development's."""

import atexit
import itertools
import os
from pathlib import Path

from redis.connection import parse_url

from core.embedded import postgres, valkey
from core.embedded.folders import OwnedFolder, orphaned_folders

PLATFORM = Path(__file__).resolve().parents[2]
PREFIX = "gameplatform-tests-"
# Set by the first process of a run and inherited by the others.
_RUN_FOLDER = "GAMEPLATFORM_TEST_RUN"
_GIVEN_REDIS = "GAMEPLATFORM_TEST_REDIS"
_SETTINGS = "GAMEPLATFORM_TEST_SETTINGS"

_numbers = itertools.count(1)


def provide(project: str) -> None:
    """Set ``DATABASE_URL`` and ``REDIS_URL`` for this process, before the project's settings are imported.

    ``project`` is the module of these settings, which server processes of the tests use.
    The first process of a run starts the PostgreSQL that pytest-xdist's workers share. Each process has its
    own Redis: an embedded one, or a database of the configured one above that of ``REDIS_URL``, which tests
    empty.
    """
    os.environ[_SETTINGS] = project
    if _RUN_FOLDER not in os.environ:
        _begin()
    given = os.environ[_GIVEN_REDIS]
    os.environ["REDIS_URL"] = _own_database(given) if given else valkey.url(run_folder() / worker())


def another_redis_url() -> str:
    """Return a Redis URL for a server process: another embedded Valkey, or the configured Redis."""
    if os.environ[_GIVEN_REDIS]:
        return os.environ["REDIS_URL"]
    return valkey.url(run_folder() / f"{worker()}-{next(_numbers)}")


def worker() -> str:
    """Return the name of this pytest-xdist worker."""
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def project_settings() -> str:
    """Return the module with the settings of the project that is tested."""
    return os.environ.get(_SETTINGS, "gameplatform.settings")


def project_folder() -> Path:
    """Return the folder of the project that is tested."""
    return Path(os.environ.get("PROJECT_DIR", PLATFORM))


def run_folder() -> Path:
    """Return this run's temporary folder, with a short path; deleted at the end."""
    return Path(os.environ[_RUN_FOLDER])


def _begin() -> None:
    for folder in orphaned_folders(PREFIX):
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
    # As a query parameter, which works for unix sockets too; the first of several counts.
    return f"{address}?db={number}&{query}".rstrip("&")
