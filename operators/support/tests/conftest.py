"""Fixtures: players with an account, operators of each role, and the console of a player."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import Device, SignedIn, register
from core.ids import UserId
from operators.tests.conftest import operator

__all__ = ["operator"]

PASSWORD = "a long enough password"

Act = Callable[..., str]


def registered(name: str) -> SignedIn:
    return register(
        username=name, email=f"{name}@example.org", password=PASSWORD, device=Device(ip="192.0.2.7")
    )


@pytest.fixture
def ada(db: None) -> User:
    return registered("ada").user


@pytest.fixture
def bob(db: None) -> User:
    return registered("bob").user


def act(client: Client, user_id: UserId, name: str, **form: Any) -> str:
    """Do something on a player's page; return the text of the page that follows."""
    form = {"reason": "ticket 12", **form}
    return client.post(f"/admin/support/person/{user_id}/{name}/act/", form, follow=True).content.decode()


def page(client: Client, user_id: UserId, query: str = "") -> str:
    answer = client.get(f"/admin/support/person/{user_id}/change/{query}")
    assert answer.status_code == 200
    return answer.content.decode()
