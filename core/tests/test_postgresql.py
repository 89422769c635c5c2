"""Connections to an unreachable database."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connections
from pytest_django import DjangoDbBlocker

from core.embedded import postgres
from core.postgresql import base
from core.postgresql.connection import Connection


@pytest.fixture
def cluster() -> Iterator[Any]:
    with postgres.Server() as server:
        yield server


@pytest.fixture
def database(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[Any]:
    """A Django connection to a database of its own, from a pool with a short timeout."""
    monkeypatch.setattr(base.DatabaseWrapper, "_ask_at", {})
    pool = {"min_size": 1, "timeout": 1.5, "reconnect_timeout": 0.1, "connection_class": Connection}
    options = {"pool": pool}
    where = {"HOST": str(cluster.folder), "PORT": "", "USER": postgres.SUPERUSER, "NAME": "postgres"}
    database = base.DatabaseWrapper(
        {**connections["default"].settings_dict, **where, "OPTIONS": options}, alias="away"
    )
    with django_db_blocker.unblock():
        yield database
    database.close()
    database.close_pool()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(base, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def _ask(database: Any) -> Any:
    """Return the result of a query, or the error."""
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT 'here'")
            return cursor.fetchone()[0]
    except OperationalError as error:
        return str(error)
    finally:
        database.close()


def test_a_database_that_takes_a_request_and_does_not_answer_is_given_up(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _ask(database) == "here"
    monkeypatch.setattr(Connection, "response_timeout_s", 1.0)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="has not answered for 1 seconds"), database.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    assert time.monotonic() - began < 30
    database.close()

    assert _ask(database) == "here"


def test_few_wait_for_a_database_that_is_away_and_all_have_it_when_it_is_back(
    cluster: Any, database: Any, clock: SimpleNamespace
) -> None:
    assert _ask(database) == "here"
    cluster.kill()
    assert _ask(database) != "here"  # the existing connection is broken

    in_vain, at_once = "couldn't get a connection after 1.50 sec", "the database was unreachable a moment ago"
    assert [_ask(database) for _ in range(3)] == [in_vain, at_once, at_once]
    clock.now += base.RETRY_INTERVAL_S
    assert [_ask(database) for _ in range(3)] == [in_vain, at_once, at_once]

    cluster.start()
    while _ask(database) != "here":
        clock.now += base.RETRY_INTERVAL_S
    assert [_ask(database) for _ in range(3)] == ["here"] * 3
