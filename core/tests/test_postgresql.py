"""Round trips to PostgreSQL, and connections to one that is unreachable."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction
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
    connections["away"] = database
    with django_db_blocker.unblock():
        yield database
    del connections["away"]
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


def test_the_connection_that_was_used_last_is_taken_first(database: Any) -> None:
    pool = database.pool
    pool.open()
    pool.resize(2, 2)
    first, second = pool.getconn(), pool.getconn()
    pool.putconn(second)
    pool.putconn(first)

    taken = []
    for _ in range(2):
        with pool.connection() as connection:
            taken.append(connection)

    assert taken == [first, first]


def test_what_gives_no_result_takes_no_round_trip(database: Any, round_trips: list[str]) -> None:
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (note text PRIMARY KEY)")
        round_trips.clear()

        with transaction.atomic("away"), transaction.atomic("away"):
            cursor.execute("INSERT INTO notes VALUES (%s) RETURNING note", ["100 %; '"])
            assert cursor.fetchall() == [("100 %; '",)]
            with transaction.atomic("away"):
                database.execute_later("INSERT INTO notes VALUES (%s)", ["later"])
        assert len(round_trips) == 2

        with transaction.atomic("away"):
            database.execute_later("DELETE FROM notes WHERE note = %s", ["later"])
        assert len(round_trips) == 3

        [notes, [(count,)]] = database.fetch_together(
            [("SELECT note FROM notes WHERE note <> %s", ["later"]), ("SELECT count(*) FROM notes", [])]
        )
        assert (notes, count) == ([("100 %; '",)], 1)
        assert len(round_trips) == 4


def test_a_savepoint_that_fails_takes_back_only_what_came_after_it(database: Any) -> None:
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (note text PRIMARY KEY)")
        with transaction.atomic("away"):
            database.execute_later("INSERT INTO notes VALUES (%s)", ["kept"])
            with pytest.raises(IntegrityError), transaction.atomic("away"):
                database.execute_later("INSERT INTO notes VALUES (%s)", ["dropped"])
                cursor.execute("INSERT INTO notes VALUES (%s)", ["kept"])
            with pytest.raises(ZeroDivisionError), transaction.atomic("away"):
                database.execute_later("INSERT INTO notes VALUES (%s)", ["dropped"])
                raise ZeroDivisionError
        cursor.execute("SELECT note FROM notes")
        assert cursor.fetchall() == [("kept",)]


def test_statements_of_every_kind_belong_to_the_transaction(database: Any) -> None:
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (note text PRIMARY KEY)")

        def insert_many() -> None:
            cursor.executemany("INSERT INTO notes VALUES (%s)", [["a"], ["b"]])

        def copy() -> None:
            with cursor.copy("COPY notes FROM STDIN") as rows:
                rows.write_row(["a"])

        for write in (insert_many, copy):
            with pytest.raises(ZeroDivisionError), transaction.atomic("away"):
                write()
                raise ZeroDivisionError
            cursor.execute("SELECT count(*) FROM notes")
            assert cursor.fetchone() == (0,)

        with transaction.atomic("away"), database.chunked_cursor() as chunks:
            database.execute_later("INSERT INTO notes VALUES (%s)", ["a"])
            chunks.execute("SELECT note FROM notes FOR UPDATE")
            assert chunks.fetchmany(1) == [("a",)]
