"""Concurrent requests: exactly one of them succeeds."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.conftest import PASSWORD, Person, client_with

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, act: Any) -> list[Any]:
    """Run ``act(number)`` in ``count`` threads that start together; return the results."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_uses_of_one_refresh_token_at_once_get_one_pair(ada: Person) -> None:
    def refresh(_: Any) -> Any:
        return APIClient().post("/api/token/refresh/", {"refresh": ada.refresh})

    answers = at_once(50, refresh)

    assert Counter(answer.status_code for answer in answers) == {200: 50}
    ((access, renewed),) = {(answer.json()["access"], answer.json()["refresh"]) for answer in answers}
    assert renewed != ada.refresh
    assert client_with(access).get("/api/me").status_code == 200
    assert APIClient().post("/api/token/refresh/", {"refresh": renewed}).status_code == 200


def test_of_many_registrations_of_one_name_one_wins(db: None) -> None:
    def register(number: int) -> Any:
        body = {
            "username": ["ada", "ADA", "Ada"][number % 3],
            "email": f"a{number}@x.org",
            "password": PASSWORD,
        }
        return APIClient().post("/api/auth/register", body)

    answers = at_once(8, register)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.json().get("code") for answer in answers} == {None, "username_taken"}
    assert User.objects.count() == 1


def test_registrations_without_a_name_by_similar_addresses_all_get_in(db: None) -> None:
    def register(number: int) -> Any:
        return APIClient().post("/api/auth/register", {"email": f"ada@x{number}.org", "password": PASSWORD})

    answers = at_once(6, register)

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["user"]["username"] for answer in answers}) == 6


def test_of_many_registrations_of_one_address_one_wins(db: None) -> None:
    def register(number: int) -> Any:
        body = {"username": f"ada{number}", "email": "ada@x.org", "password": PASSWORD}
        return APIClient().post("/api/auth/register", body)

    answers = at_once(8, register)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.json().get("code") for answer in answers} == {None, "email_taken"}


def test_a_guest_is_upgraded_once(guest: Person) -> None:
    def upgrade(number: int) -> Any:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {guest.access}")
        return client.post("/api/auth/upgrade", {"email": f"g{number}@x.org", "password": PASSWORD})

    answers = at_once(6, upgrade)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}


def test_many_sign_ins_at_once_all_get_in(ada: Person) -> None:
    def sign_in(_: Any) -> Any:
        return APIClient().post("/api/auth/login", {"username": "ada", "password": PASSWORD})

    assert {answer.status_code for answer in at_once(16, sign_in)} == {200}
