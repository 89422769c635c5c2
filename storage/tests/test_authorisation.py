"""Authorisation: every route has a row here, or the test fails."""

from typing import Any, NamedTuple, cast

import pytest
from rest_framework.test import APIClient

from storage import urls
from storage.tests.conftest import Person


class Row(NamedTuple):
    """The expected result for Ada, who owns the document, and for Bob, a stranger."""

    method: str
    path: str
    ada: int
    bob: int
    body: Any = None


PUT = {"put": [{"collection": "saves", "key": "a", "owner": "<ada>", "value": 1}]}
ROWS = (
    Row("post", "api/storage", 200, 403, PUT),
    Row("get", "api/storage/<str:collection>", 200, 403),
    Row("get", "api/storage/<str:collection>/<str:key>", 200, 403),
    Row("put", "api/storage/<str:collection>/<str:key>", 200, 403, {"value": 1}),
    Row("delete", "api/storage/<str:collection>/<str:key>", 204, 403),
    Row("get", "api/storage/<str:collection>/<str:key>/history", 200, 403),
)


def test_every_route_has_a_row() -> None:
    offered = {
        (method, pattern.pattern.path)
        for pattern in cast(list[Any], urls.urlpatterns)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }

    assert offered == {(row.method, row.path) for row in ROWS}


def ask(row: Row, client: APIClient, ada: Person) -> Any:
    path = row.path.replace("<str:collection>", "saves").replace("<str:key>", "a")
    body = row.body
    if row.path == "api/storage":
        body = {"put": [{**row.body["put"][0], "owner": ada.id}]}
    query = "" if row.path == "api/storage" else f"?owner={ada.id}"
    return getattr(client, row.method)(f"/{path}{query}", body)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_each_gets_what_is_theirs(ada: Person, bob: Person, row: Row) -> None:
    ada.put("saves/a", 1)

    assert ask(row, bob.client, ada).status_code == row.bob
    answer = ask(row, APIClient(), ada)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert ask(row, ada.client, ada).status_code == row.ada
