"""Fixtures: users who use HTTP, and collections of every kind."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from gameplatform.extend import storage
from storage import collections
from storage.collections import Collection

GROUPS: dict[int, set[int]] = {}
"""The members of each group, by its id."""


class Person:
    """A user with a client that carries their token."""

    def __init__(self, name: str) -> None:
        user = User.objects.create(username=name)
        self.id, self.name = user.pk, name
        self.client = APIClient(raise_request_exception=False)
        token = accounts.open_session(user, device=accounts.Device()).tokens.access
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def get(self, path: str, status: Any = 200, **headers: Any) -> Any:
        answer = self.client.get(f"/api/storage/{path}", headers=headers)
        assert answer.status_code == status, answer.content
        return answer

    def put(self, path: str, value: Any, status: Any = 200, **headers: Any) -> Any:
        answer = self.client.put(f"/api/storage/{path}", {"value": value}, headers=headers)
        assert answer.status_code == status, answer.content
        return answer

    def delete(self, path: str, status: Any = 204, **headers: Any) -> Any:
        answer = self.client.delete(f"/api/storage/{path}", headers=headers)
        assert answer.status_code == status, answer.content
        return answer

    def batch(self, status: Any = 200, **body: Any) -> Any:
        answer = self.client.post("/api/storage", body)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def person(db: None) -> type[Person]:
    return Person


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Collection]:
    """Collections for each right, and a small one."""
    known = dict(collections._collections)
    monkeypatch.setattr(collections, "_collections", known)
    GROUPS.clear()

    def member(user_id: int, group_id: int) -> bool:
        return user_id in GROUPS.get(group_id, ())

    storage.collection("garages", read="public", indexes={"level": int, "car.name": str})
    storage.collection("boards", read="group", write="group", member=member)
    storage.collection("tuning", read="public", write="server")
    storage.collection("secrets", read="server", write="server")
    storage.collection("small", max_bytes=40, max_documents=3, max_total_bytes=90)
    return known
