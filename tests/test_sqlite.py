"""SQLite, on which a fresh machine runs, whatever database the other tests have."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import environ
import pytest
from django.db import Error
from django.db.utils import ConnectionHandler

from bench import basket
from gameplatform.testing.processes import ServerProcess, fresh_database, manage
from tests.statements import all_statements


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated SQLite database."""
    with fresh_database("sqlite:///", tmp_path_factory.mktemp("sqlite")) as url:
        yield url


@pytest.fixture
def sqlite(database_url: str, db: None) -> Iterator[Any]:
    """A connection to it."""
    config = {**environ.Env.db_url_config(database_url), "ENGINE": "core.sqlite"}
    connection = ConnectionHandler({"default": config})["default"]
    yield connection
    connection.close()


def test_every_statement_is_understood(sqlite: Any) -> None:
    problems = {}
    for one in all_statements():
        compiled = one._of(sqlite)
        with sqlite.cursor() as cursor:
            try:
                cursor.execute(f"EXPLAIN {compiled.sql}", [None] * len(compiled.params))
            except Error as problem:
                problems[one._function.__qualname__] = str(problem)
    assert problems == {}


async def test_every_call_of_a_clients_first_minutes_is_answered(
    database_url: str,
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(DATABASE_URL=database_url, EXTRA_APPS="bench") as server:
        manage(server.environment, "seed_demo")
        users = basket.Basket(server.base_url, 6)
        await users.open()
        for call in basket.CALLS.values():
            await users.ask(await call.make(users), at_once=1)
        assert "Traceback" not in server.log()
