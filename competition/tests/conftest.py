"""Fixtures: users who use HTTP, and leaderboards of every kind."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from competition import boards
from gameplatform.extend import Leaderboard


class Person:
    """A user with a client that carries their token."""

    def __init__(self, name: str) -> None:
        user = User.objects.create(username=name)
        self.id, self.name = user.pk, name
        self.client = APIClient(raise_request_exception=False)
        token = accounts.open_session(user, device=accounts.Device()).tokens.access
        self.token = token
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def person(db: None) -> type[Person]:
    return Person


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Leaderboard]:
    """A leaderboard for each order, way to keep scores, and reset."""
    known: dict[str, Leaderboard] = {}
    monkeypatch.setattr(boards, "_boards", known)
    Leaderboard("laps", order="asc", reset="weekly", title="Fastest laps")
    Leaderboard("points", keep="sum", reset="monthly")
    Leaderboard("height", keep="last")
    Leaderboard("jumps", reset="daily")
    return known
