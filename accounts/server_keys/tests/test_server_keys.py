"""Other systems call routes for users, within the scopes of their key."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.server_keys import rules, services
from accounts.server_keys.models import ServerKey
from operators.tests.conftest import operator  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create(username="ada")


@pytest.fixture
def key() -> str:
    return services.issue(ServerKey(name="crm", scopes=["GET /api/player/", "* /api/friends"]))


def call(method: str, path: str, key: str, user: Any, **headers: str) -> Any:
    named = {"authorization": f"Key {key}", "x-user-id": str(getattr(user, "pk", user)), **headers}
    return Client().generic(method, path, headers=named)


def test_a_key_acts_for_a_user_within_its_scopes(ada: User, key: str) -> None:
    seen = call("GET", "/api/player/me", key, ada)
    assert (seen.status_code, seen.json()["id"]) == (200, ada.pk)
    assert call("GET", "/api/friends/requests/", key, ada).status_code == 200
    for method, path in (
        ("POST", "/api/player/daily-reward"),
        ("GET", "/api/inventory/"),
        ("GET", "/api/playerx"),
    ):
        refused = call(method, path, key, ada)
        assert refused.status_code in (403, 404), path
    assert call("POST", "/api/player/daily-reward", key, ada).json()["code"] == "out_of_scope"


@pytest.mark.parametrize("scope", ["* /api/", "GET /api/me/"])
@pytest.mark.parametrize("path", ["/api/me/", "/api/me", "/api/me/export/", "/api/me/sessions/"])
def test_no_key_reaches_the_account_itself(ada: User, scope: str, path: str) -> None:
    key = services.issue(ServerKey(name="all", scopes=[scope]))

    assert call("GET", path, key, ada).json()["code"] == "out_of_scope"


def test_a_wrong_or_revoked_key_and_an_unknown_user_are_refused(ada: User, key: str) -> None:
    assert call("GET", "/api/player/me", f"{key}x", ada).json()["code"] == "key_invalid"
    assert call("GET", "/api/player/me", "", ada).status_code == 401
    for user in ("", "-1", "ada", "1e3", "²", "9" * 30):
        assert call("GET", "/api/player/me", key, user).json()["code"] == "malformed", user
    assert call("GET", "/api/player/me", key, ada.pk + 1000).status_code == 404
    User.objects.update(is_active=False)
    assert call("GET", "/api/player/me", key, ada).status_code == 404
    services.revoke(ServerKey.objects.get().pk)
    assert call("GET", "/api/player/me", key, ada).json()["code"] == "key_invalid"


def test_clients_learn_from_the_document_how_a_key_is_sent_and_where_it_is_of_no_use(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    key, user = schemes["server_key"], schemes["user_of_server_key"]

    assert schemes["bearer"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", "Authorization")
    assert (user["in"], user["name"]) == ("header", "X-User-Id")
    either: list[Any] = [{"bearer": []}, {"server_key": [], "user_of_server_key": []}]
    assert document["paths"]["/api/player/me"]["get"]["security"] == either
    assert document["paths"]["/api/me"]["get"]["security"] == [{"bearer": []}]


def test_the_key_is_nowhere_stored_and_its_use_is_noted(ada: User, key: str) -> None:
    (row,) = ServerKey.objects.values()
    assert key not in str(row)
    assert row["last_used_at"] is None
    call("GET", "/api/player/me", key, ada)
    assert ServerKey.objects.get().last_used_at is not None


def test_operators_issue_and_revoke_keys(operator: Callable[[str], Client], ada: User) -> None:  # noqa: F811
    root = operator("root")
    wrong = root.post("/admin/server_keys/serverkey/add/", {"name": "crm", "scopes": "GET /api/me/"})
    assert "Not a scope" in wrong.text
    form = {"name": "crm", "scopes": "GET /api/player/\n\n* /api/rpc/"}
    shown = root.post("/admin/server_keys/serverkey/add/", form, follow=True).text
    key = re.search(rf"{rules.PREFIX}[\w-]+", shown)
    assert key is not None
    assert call("GET", "/api/player/me", key[0], ada).status_code == 200
    made = ServerKey.objects.get()
    assert made.scopes == ["GET /api/player/", "* /api/rpc/"]
    root.post("/admin/server_keys/serverkey/", {"action": "revoke", "_selected_action": [made.pk]})
    assert call("GET", "/api/player/me", key[0], ada).json()["code"] == "key_invalid"
    assert operator("support").get("/admin/server_keys/serverkey/").status_code == 403
