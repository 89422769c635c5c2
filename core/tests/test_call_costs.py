"""The statements and database time of each call, in the metrics and on the page for development."""

import asyncio
import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from prometheus_client import REGISTRY

from core import call_costs, middleware
from core.database import in_database, submit
from core.ids import UserId
from core.routes import route
from tests.clients import WITHIN_S

User = get_user_model()


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_costs, "_totals", {})
    monkeypatch.setattr(call_costs, "_recent", {})
    monkeypatch.setattr(call_costs, "keeps_recent", False)


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_costs, "keeps_recent", True)


def counted(path: str, method: str = "GET") -> tuple[float, ...]:
    """Return the statements and the database seconds of a route in the metrics."""
    labels = {"method": method, "route": path}
    return tuple(
        REGISTRY.get_sample_value(f"http_request_{name}_total", labels)
        for name in ("statements", "database_seconds")
    )


def look_twice(request: Any, user_id: int = 0) -> HttpResponse:
    User.objects.filter(username="of-nobody").exists()
    User.objects.filter(pk=UserId(user_id)).first()
    return HttpResponse()


def write_in_a_savepoint(request: Any) -> HttpResponse:
    with transaction.atomic(), transaction.atomic():
        User.objects.create(username="ada")
    return HttpResponse()


@pytest.mark.django_db
def test_the_control_of_transactions_does_not_count_in_the_background_either() -> None:
    before = REGISTRY.get_sample_value("background_statements_total") or 0.0
    with connection.cursor() as cursor:
        for statement in ("SAVEPOINT one", "SELECT 1", "RELEASE SAVEPOINT one"):
            cursor.execute(statement)
    assert REGISTRY.get_sample_value("background_statements_total") == before + 1


@pytest.mark.django_db
def test_the_statements_of_a_route_are_in_the_metrics(routes: Any) -> None:
    routes(route("api/users/<int:user_id>", look_twice))

    for user_id in (1, 2, 3):
        Client().get(f"/api/users/{user_id}")

    statements, seconds = counted("api/users/<int:user_id>")
    assert statements == 6
    assert seconds > 0


@pytest.mark.django_db
def test_transaction_control_is_no_statement(routes: Any) -> None:
    routes(route("api/users", write_in_a_savepoint))

    Client().post("/api/users")

    assert counted("api/users", "POST")[0] == 1


@pytest.mark.django_db
def test_a_statement_outside_a_call_counts_for_no_route(routes: Any) -> None:
    routes(route("api/users", look_twice))
    Client().get("/api/users")

    User.objects.count()

    assert counted("api/users")[0] == 2


@pytest.mark.django_db(transaction=True)
async def test_a_statement_on_a_database_thread_counts_for_the_call_that_waits_for_it() -> None:
    middleware.begin_request("")

    await in_database(User.objects.count)
    middleware.measure("POST", "game/join", 200, 0.0)

    assert counted("game/join", "POST")[0] == 1


@pytest.mark.django_db(transaction=True)
async def test_a_batch_that_outlives_the_call_that_began_it_still_counts_for_its_route() -> None:
    ended = threading.Event()

    def run_late() -> None:
        ended.wait(WITHIN_S)
        User.objects.count()

    middleware.begin_request("")
    late = submit(run_late)
    middleware.measure("POST", "game/join", 200, 0.0)
    ended.set()
    await asyncio.wrap_future(late)

    assert counted("game/join", "POST")[0] == 1


@pytest.mark.django_db
def test_without_debug_no_text_of_a_statement_is_kept(routes: Any) -> None:
    routes(route("api/users", look_twice))

    Client().get("/api/users")

    assert call_costs.recent_calls() == []


@pytest.mark.django_db
def test_with_debug_the_statements_are_kept_without_their_values(routes: Any, development: None) -> None:
    routes(route("api/users", look_twice))

    Client().get("/api/users")

    (recent,) = call_costs.recent_calls()
    assert (recent.method, recent.route, recent.count) == ("GET", "api/users", 1)
    assert [statement.count for statement in recent.statements] == [1, 1]
    assert all("username" in statement.text for statement in recent.statements)
    assert not any("of-nobody" in statement.text for statement in recent.statements)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no composed statements")
@pytest.mark.django_db
def test_a_statement_composed_with_its_values_is_kept_without_its_text(
    routes: Any, development: None
) -> None:
    from psycopg import sql

    def look(request: Any) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT {}").format(sql.Literal("a-secret")))
        return HttpResponse()

    routes(route("api/users", look))
    Client().get("/api/users")

    (recent,) = call_costs.recent_calls()
    assert [statement.text for statement in recent.statements] == ["Composed"]
