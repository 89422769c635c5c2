"""Fixtures of the page's tests: people with browsers, at a real server."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.processes import ROOT, ServerProcess
from web.tests.person import Person

Servers = Callable[..., contextlib.AbstractContextManager[ServerProcess]]


@contextlib.contextmanager
def _people_at(server: ServerProcess, browser: Browser) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def one(**context: object) -> Person:
        opened = browser.new_context(base_url=server.base_url, **context)  # type: ignore[arg-type]
        people.append(Person(opened.new_page()))
        return people[-1]

    yield one
    for person in people:
        person.page.context.close()
    assert [problem for person in people for problem in person.problems] == []


@pytest.fixture
def arrive(browser: Browser, live_server_process: Servers) -> Iterator[Callable[..., Person]]:
    """``arrive()``: one more person, on a server that all of a test share."""
    with live_server_process() as server, _people_at(server, browser) as one:
        yield one


@pytest.fixture
def demo(browser: Browser, live_server_process: Servers) -> Iterator[Callable[..., Person]]:
    """``demo("user_1")``: one of the demo users, signed in, on a server with the demo data."""
    with live_server_process() as server:
        subprocess.run(
            [sys.executable, "manage.py", "seed_demo", "--verbosity=0"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "gameplatform.settings", **server.environment},
            check=True,
            capture_output=True,
        )
        with _people_at(server, browser) as one:

            def signed_in(name: str, **context: object) -> Person:
                person = one(**context)
                person.signs_in(name)
                return person

            yield signed_in
