"""Every anonymous route has a row in the table of what bounds its cost."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts import hashers
from core import lanes
from gameplatform import doors, urls
from tests.test_trials_surface import OPEN_SOCKETS, address, operations
from web import urls as web
from world.socket import BEFORE_SIGN_IN, WorldSocket

PLAIN = {"headers": [], "query_string": b""}


def names(commands: Any) -> set[Any]:
    return {command.__struct_config__.tag for command in commands}


def pages(patterns: Any, row: Any = None) -> Iterator[str]:
    """Return the row of each URL pattern outside the API."""
    for pattern in patterns:
        inner = getattr(pattern, "url_patterns", None)
        if row is None and str(pattern.pattern).startswith("admin"):
            yield from pages([pattern] if inner is None else inner, "/admin")
        elif inner is not None:
            yield from pages(inner, row)
        elif pattern in web.urlpatterns:
            yield "/"
        elif pattern.callback is urls.unknown:
            yield "unknown"
        elif row is not None or not hasattr(pattern.pattern, "path"):
            yield row


@pytest.mark.django_db
def test_every_route_that_asks_for_no_token_says_what_bounds_its_cost() -> None:
    found = set()
    for method, path in operations():
        if getattr(APIClient(), method)(address(path)).status_code != 401:
            found.add(f"{method.upper()} /{path}")

    assert found == doors.OPEN_ROUTES.keys()
    assert all(doors.OPEN_ROUTES.values())


def test_every_page_says_what_bounds_its_cost() -> None:
    # Static files are answered by middleware, before any URL.
    assert {*pages(get_resolver().url_patterns), "/static"} == doors.OPEN_PAGES.keys()
    assert all(doors.OPEN_PAGES.values())


def test_every_command_that_is_taken_of_strangers_says_what_bounds_its_cost() -> None:
    assert {"/ws", "/ws/"} == OPEN_SOCKETS
    assert names(BEFORE_SIGN_IN) == doors.OPEN_COMMANDS.keys()
    assert set(BEFORE_SIGN_IN) <= WorldSocket.handlers.keys()
    assert all(doors.OPEN_COMMANDS.values())


@pytest.mark.parametrize("slash", ["", "/"])
def test_no_open_route_runs_in_the_threads_of_players(slash: str) -> None:
    for operation in doors.OPEN_ROUTES:
        method, path = operation.split()
        lane = doors.lane_of({**PLAIN, "method": method, "path": path + slash})
        cost = doors.OPEN_ROUTES[operation]
        others = doors.PROVIDERS if "the providers' lane" in cost else lanes.STRANGERS
        assert lane is (hashers.LANE if "hash" in cost else others)
    for page in ("/", "/static/web/icon.svg", "/nowhere", "/api/nowhere"):
        assert doors.lane_of({**PLAIN, "method": "GET", "path": page}) is lanes.STRANGERS
    assert doors.lane_of({**PLAIN, "method": "GET", "path": f"/admin{slash}"}) is doors.OPERATORS
