"""Fixtures for the tests of all apps. The services of a run are set up by tests/settings.py."""

import contextlib
import itertools
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
import redis
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connection
from hypothesis import settings as examples
from playwright.sync_api import Browser, expect, sync_playwright

from accounts import live as sessions
from core import words
from core.embedded import valkey
from progression.models import tuning
from tests import browser as chromium
from tests import cleaning, services
from tests.processes import ServerProcess, fresh_database

NO_BROWSER = "There is no Chromium for the browser tests: install one (python -m tests.programs does)."

# Playwright's own timeout for actions: slow machines must not fail.
SEEN_WITHIN_MS = 30_000

SLOW_FIXTURES = {"live_server_process", "browser", "demo_server", "new_server"}
"""Fixtures that start server processes or a browser; ``--quick`` skips their tests."""

_numbers = itertools.count(1)

cleaning.instead_of_flush()

# A busy machine must not fail.
examples.register_profile("untimed", deadline=None)
examples.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out server processes and browsers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        slow = [item for item in items if SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Use one worker more than the default: tests spend a sixth of their time waiting for processes."""
    return (yield) + 1


def pytest_unconfigure() -> None:
    # pytest-xdist's workers exit without running atexit handlers.
    valkey.release()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Close all connections to the test database before it is dropped."""
    yield
    # The thread in which asynchronous tests use the ORM (``aget`` etc.) has its own connection.
    SyncToAsync.single_thread_executor.submit(lambda: connection.close()).result()
    if connection.vendor == "postgresql":
        cast(Any, connection).close_pool()


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """Start each test with an empty Redis: no used limits, no presence, no owned rooms."""
    valkey.ensure_running(settings.REDIS_URL)
    with redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clear process-wide caches, since the database is emptied between tests."""
    monkeypatch.setattr(sessions, "_known", {})
    words.forget()
    tuning.clear_cache()


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn ``DEBUG`` on, which demo data requires."""
    monkeypatch.setattr(settings, "DEBUG", True)


@pytest.fixture
def ada(person: Callable[[str], Any]) -> Any:
    """A user, made by the app's own ``person`` fixture."""
    return person("ada")


@pytest.fixture
def bob(person: Callable[[str], Any]) -> Any:
    """A second user."""
    return person("bob")


@pytest.fixture
def cyd(person: Callable[[str], Any]) -> Any:
    """A user who has no relation to the other two."""
    return person("cyd")


@pytest.fixture
def at_once() -> Callable[[Sequence[Callable[..., Any]]], list[Any]]:
    """``at_once(calls)``: make all calls in threads that start together; return their results."""

    def at_once(calls: Sequence[Callable[..., Any]]) -> list[Any]:
        barrier = threading.Barrier(len(calls))

        def run(call: Callable[..., Any]) -> Any:
            try:
                barrier.wait(timeout=60)
                return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    return at_once


@pytest.fixture
def telling(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> Callable[[], contextlib.AbstractContextManager[list[Any]]]:
    """``with telling() as told``: collect published events, though the test's transaction never commits."""

    @contextlib.contextmanager
    def telling() -> Iterator[list[Any]]:
        told: list[Any] = []
        monkeypatch.setattr("realtime.publishing._publish_from_outside", told.append)
        with django_capture_on_commit_callbacks(execute=True):
            yield told

    return telling


@pytest.fixture
def live_server_process(tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager[ServerProcess]]:
    """``with live_server_process(workers=2, SESSION_TIMEOUT="5") as server``: a server with its own data.

    It has a fresh database and its own Redis. Pass ``**server.environment`` to start another server on the
    same two.
    """

    @contextlib.contextmanager
    def start(workers: int = 1, **environment: str) -> Iterator[ServerProcess]:
        with contextlib.ExitStack() as stack:
            if "DATABASE_URL" not in environment:
                environment["DATABASE_URL"] = stack.enter_context(
                    fresh_database(os.environ["DATABASE_URL"], tmp_path)
                )
            environment.setdefault("REDIS_URL", services.another_redis_url())
            log_path = tmp_path / f"server-{next(_numbers)}.log"
            yield stack.enter_context(ServerProcess(environment, log_path=log_path, workers=workers))

    return start


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium with playwright's synchronous API.

    Use it only in modules of its own: while it runs, playwright's event loop counts as running, which
    asynchronous tests and Django's ORM refuse. Set up data by HTTP.
    """
    path = chromium.executable()
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    expect.set_options(timeout=SEEN_WITHIN_MS)
    with sync_playwright() as playwright:
        handle = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield handle
        handle.close()
