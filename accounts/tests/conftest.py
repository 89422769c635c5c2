"""Fixtures: users who sign in through the real routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.ids import UserId

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """A user with a client that carries their token."""

    user: dict[str, Any]
    access: str
    refresh: str
    client: APIClient

    @property
    def id(self) -> UserId:
        return self.user["id"]


def client_with(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def person(answer: dict[str, Any]) -> Person:
    return Person(answer["user"], answer["access"], answer["refresh"], client_with(answer["access"]))


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def register(db: None) -> Callable[..., Person]:
    def register(name: str, **extra: Any) -> Person:
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, **extra}
        answer = APIClient().post("/api/auth/register", body)
        assert answer.status_code == 201, answer.content
        return person(answer.json())

    return register


@pytest.fixture
def ada(register: Callable[..., Person]) -> Person:
    return register("ada")


@pytest.fixture
def bob(register: Callable[..., Person]) -> Person:
    return register("bob")


@pytest.fixture
def guest(db: None) -> Person:
    return person(APIClient().post("/api/auth/guest").json())
