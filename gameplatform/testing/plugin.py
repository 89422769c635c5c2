"""Fixtures for the tests of a project: an empty database and Redis, a clock, threads, events and servers."""

import contextlib
import itertools
import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
import redis
import time_machine
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.embedded import valkey
from gameplatform.testing import cleaning, services
from gameplatform.testing.processes import ServerProcess, database_template, fresh_database

_numbers = itertools.count(1)

cleaning.instead_of_flush()


def pytest_unconfigure() -> None:
    # pytest-xdist's workers exit without running atexit handlers.
    valkey.release()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy this process's test database from one that is migrated once for all processes."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = database_template(os.environ["DATABASE_URL"])


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
    """Start each test without caches, since the database is emptied between tests."""
    # pytest loads this plugin before the settings of a project are known, which models need.
    from core import live_settings, maintenance, words
    from progression.models import economy
    from realtime import worker
    from webhooks import selectors as webhooks

    monkeypatch.setattr(worker, "_outside", {})
    monkeypatch.setattr(webhooks.Wanted, "until", math.inf)
    words.forget()
    # None, until a test begins or changes one and calls ``forget``.
    live_settings.values.keep({})
    maintenance.latest.keep(None)
    economy.forget_rows()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A stopped clock: ``clock.shift(60)`` lets a minute pass, ``clock.move_to(...)`` sets it."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


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

    It has a fresh database, with ``demo`` one with the demo data, and its own Redis. Pass
    ``**server.environment`` to start another server on the same two.
    """

    @contextlib.contextmanager
    def start(workers: int = 1, *, demo: bool = False, **environment: str) -> Iterator[ServerProcess]:
        with contextlib.ExitStack() as stack:
            if "DATABASE_URL" not in environment:
                environment["DATABASE_URL"] = stack.enter_context(
                    fresh_database(os.environ["DATABASE_URL"], tmp_path, demo=demo)
                )
            environment.setdefault("REDIS_URL", services.another_redis_url())
            log_path = tmp_path / f"server-{next(_numbers)}.log"
            yield stack.enter_context(ServerProcess(environment, log_path=log_path, workers=workers))

    return start
