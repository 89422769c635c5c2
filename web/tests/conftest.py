"""Fixtures of the page's tests: users with browsers, and a real server."""

import contextlib
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.management import call_command
from django.db.utils import ConnectionHandler
from django.test import override_settings
from playwright.sync_api import Browser, Route
from pytest_django import DjangoDbBlocker

from gameplatform.testing import services
from gameplatform.testing.processes import ServerProcess, fresh_database, manage
from web.tests.person import Person

NOT_OF_THE_PAGE = ["admin", "unfold", "drf_spectacular_sidecar", "rest_framework", "django_filters"]

Sql = Callable[..., list[tuple[Any, ...]]]

_people_of = pytest.StashKey[list[Person]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what each browser showed to the report of a failed test."""
    report = yield
    if report.when == "call" and report.failed:
        people: list[Person] = item.stash.get(_people_of, [])
        for number, person in enumerate(people, 1):
            report.sections.append((f"Before person {number}", person.page_as_text()))
    return report


def collect(folder: Path) -> None:
    """Collect the page's static files into ``folder``, as in production."""
    with override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_OF_THE_PAGE)


@pytest.fixture
def people(request: pytest.FixtureRequest) -> Iterator[list[Person]]:
    """All users of this test."""
    people: list[Person] = []
    request.node.stash[_people_of] = people
    yield people
    for person in people:
        person.page.context.close()
    assert [problem for person in people for problem in person.problems] == []


def door_of(
    server: ServerProcess, browser: Browser, people: list[Person], files: Path | None = None
) -> Callable[..., Person]:
    """Return a function that opens a browser for one more user of the server.

    ``files``: static files to serve instead of the server's own.
    """

    def serve(route: Route) -> None:
        assert files is not None
        route.fulfill(path=files / route.request.url.split("/static/")[1])

    def one(**context: object) -> Person:
        # A service worker would make requests of its own, past the routes of a test.
        settings = {"base_url": server.base_url, "service_workers": "block", **context}
        opened = browser.new_context(**settings)  # type: ignore[arg-type]
        if files is not None:
            opened.route("**/static/**", serve)
        people.append(Person(opened.new_page()))
        return people[-1]

    return one


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's files as collected for production."""
    folder = tmp_path_factory.mktemp("collected")
    collect(folder)
    return folder


@contextlib.contextmanager
def server_with(folder: Path, *commands: str, **settings: str) -> Iterator[ServerProcess]:
    """Start a server with these settings and with data from these management commands.

    Without ``DATABASE_URL`` it begins with an empty database.
    """
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" not in settings:
            settings["DATABASE_URL"] = stack.enter_context(fresh_database(os.environ["DATABASE_URL"], folder))
        environment = {"REDIS_URL": services.another_redis_url(), **settings}
        for command in commands:
            manage(environment, command, "--verbosity=0")
        yield stack.enter_context(ServerProcess(environment, log_path=folder / "server.log"))


@pytest.fixture(scope="module")
def new_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """An empty server, shared by the tests of a module."""
    with server_with(tmp_path_factory.mktemp("new")) as server:
        yield server


@pytest.fixture
def arrive(browser: Browser, new_server: ServerProcess, people: list[Person]) -> Callable[..., Person]:
    """``arrive()``: one more user, whose browser gets the files from the source tree."""
    return door_of(new_server, browser, people)


@pytest.fixture
def visit(
    browser: Browser, new_server: ServerProcess, people: list[Person], collected: Path
) -> Callable[..., Person]:
    """``visit()``: one more user, whose browser gets the collected files."""
    return door_of(new_server, browser, people, collected)


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with the demo data, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("demo")
    with (
        fresh_database(os.environ["DATABASE_URL"], folder, demo=True) as database_url,
        server_with(folder, DATABASE_URL=database_url) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """The stored browser state of the demo users, by name."""
    return {}


@pytest.fixture
def demo(
    browser: Browser,
    demo_server: ServerProcess,
    people: list[Person],
    collected: Path,
    signed_in: dict[str, Any],
) -> Callable[..., Person]:
    """``demo("user_1")``: a signed-in demo user, whose browser gets the collected files.

    Each signs in once for all tests of a module.
    """
    one = door_of(demo_server, browser, people, collected)

    def enter(name: str, **context: object) -> Person:
        person = one(storage_state=signed_in.get(name), **context)
        if name in signed_in:
            person.page.goto("/play")
        else:
            person.signs_in(name)
            signed_in[name] = person.page.context.storage_state()
        return person

    return enter


@pytest.fixture
def sql(demo_server: ServerProcess, django_db_blocker: DjangoDbBlocker) -> Iterator[Sql]:
    """``sql("UPDATE ...", value)``: run a statement on the server's database and return its result."""
    url = demo_server.environment["DATABASE_URL"]
    handler = ConnectionHandler({"default": environ.Env.db_url_config(url)})

    def answer(statement: str, values: Any) -> list[tuple[Any, ...]]:
        with handler["default"].cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    # Playwright's event loop runs in this thread, where Django refuses synchronous database access.
    with django_db_blocker.unblock(), ThreadPoolExecutor(1) as thread:
        yield lambda statement, *values: thread.submit(answer, statement, values).result()
        thread.submit(handler.close_all).result()
