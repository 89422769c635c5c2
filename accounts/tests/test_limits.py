"""Rate limits of the account routes: what they stop, and what they let through."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.conf import settings as configured
from django.test import Client
from rest_framework.test import APIClient

from accounts.api import account as api
from accounts.tests.conftest import PASSWORD, Person, client_with
from core import limit_counts, limits
from gameplatform.testing.processes import ServerProcess
from realtime.views import AsyncAPI

pytestmark = pytest.mark.django_db

LOGIN = "/api/auth/login"
SLOWER = 1000


@pytest.fixture(autouse=True)
def _nothing_fills_up_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the limits' clock, so that slow tests do not recover allowance."""
    monkeypatch.setattr(limit_counts, "FIRST_DELAY_S", limit_counts.FIRST_DELAY_S * SLOWER)
    monkeypatch.setattr(limit_counts, "LONGEST_DELAY_S", limit_counts.LONGEST_DELAY_S * SLOWER)
    monkeypatch.setattr(limits, "LOGIN", slower(limits.LOGIN))
    for view in VIEWS:
        monkeypatch.setattr(view, "door", slower(view.door))


VIEWS = (api.Register, api.Guest, api.Upgrade, api.Ticket, api.Users, AsyncAPI)


def slower(door: Any) -> Any:
    def limit(of: Any) -> Any:
        return of and replace(of, every_s=of.every_s * SLOWER)

    return replace(door, by_address=limit(door.by_address), by_account=limit(door.by_account))


def attempt(address: str, username: Any, password: str = "wrong horse", path: str = LOGIN) -> Any:
    return APIClient(REMOTE_ADDR=address).post(path, {"username": username, "password": password})


def is_refused(answer: Any) -> bool:
    if answer.status_code != 429:
        return False
    assert answer.json()["code"] == "rate_limited"
    assert 0 < answer.json()["retry_after"] <= int(answer["Retry-After"])
    return True


@pytest.mark.parametrize("path", [LOGIN, "/api/token"])
@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::{}"])
def test_one_password_tried_for_sixty_names_is_stopped_after_twenty(
    ada: Person, address: str, path: str
) -> None:
    answers = [attempt(address.format(number), f"user{number}", path=path) for number in range(60)]

    refused = [number for number, answer in enumerate(answers) if is_refused(answer)]
    assert refused == list(range(20, 60))
    assert is_refused(attempt(address.format(61), "ada", PASSWORD))
    assert attempt("203.0.113.10", "ada", PASSWORD).status_code == 200


def test_a_class_signs_in_from_one_address_at_once(register: Callable[..., Person]) -> None:
    names = [register(f"pupil{number}").user["username"] for number in range(30)]

    assert {attempt("203.0.113.9", name, PASSWORD).status_code for name in names} == {200}


@pytest.mark.parametrize("login", ["ada", "nobody"])
def test_guesses_from_ever_new_addresses_are_slowed_down_whether_or_not_the_account_is_there(
    ada: Person, login: str
) -> None:
    answers = [attempt(f"203.0.113.{number}", login) for number in range(40)]

    assert [is_refused(answer) for answer in answers] == [False] * 10 + [True] * 30


def test_strangers_do_not_keep_anybody_out_who_came_from_an_address_before(ada: Person) -> None:
    home, home_again = "2001:db8:1:2::5", "2001:db8:1:2:ffff::9"
    assert attempt(home, "ada", PASSWORD).status_code == 200
    for number in range(20):
        attempt(f"203.0.113.{number}", "ada@example.org")

    assert is_refused(attempt("203.0.113.99", "ADA", PASSWORD))
    assert attempt(home_again, "ada", PASSWORD).status_code == 200
    assert attempt(home_again, "ada").status_code == 401


def test_the_admins_door_is_under_the_same_limit(ada: Person) -> None:
    door = Client(REMOTE_ADDR="203.0.113.9")
    for number in range(20):
        assert door.post("/admin/login/", {"username": f"user{number}", "password": "no"}).status_code == 200

    assert door.post("/admin/login/", {"username": "ada", "password": PASSWORD}).status_code == 429
    assert is_refused(attempt("203.0.113.9", "ada", PASSWORD))


@pytest.mark.parametrize(
    ("path", "body", "allowed"),
    [
        ("/api/auth/register", {}, 40),
        ("/api/auth/guest", {"username": "!"}, 60),
        ("/api/asyncapi.json", None, 60),
    ],
)
def test_who_needs_no_token_is_limited_by_address(
    db: None, path: str, body: dict[str, Any] | None, allowed: int
) -> None:
    def ask(address: str) -> Any:
        client = APIClient(REMOTE_ADDR=address)
        return client.get(path) if body is None else client.post(path, body)

    answers = [ask(f"2001:db8::{number}") for number in range(allowed + 5)]

    assert [is_refused(answer) for answer in answers] == [False] * allowed + [True] * 5
    assert not is_refused(ask("2001:db8:0:1::1"))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("post", "/api/auth/upgrade", 10),
        ("post", "/api/auth/ticket", 60),
        ("get", "/api/users?search=a", 30),
        ("get", f"/api/games/{UUID(int=1)}/replay", 30),
        ("post", "/api/games", 60),
    ],
)
def test_who_bears_a_token_is_limited_by_account(
    guest: Person, ada: Person, method: str, path: str, allowed: int
) -> None:
    answers = [getattr(guest.client, method)(path) for _ in range(allowed + 5)]

    assert [is_refused(answer) for answer in answers] == [False] * allowed + [True] * 5
    assert not is_refused(getattr(ada.client, method)(path))


def test_all_else_has_no_limit(ada: Person) -> None:
    away = client_with(ada.access)
    away.defaults["REMOTE_ADDR"] = "203.0.113.9"

    assert {away.get("/api/me").status_code for _ in range(200)} == {200}


def test_an_operator_signs_in_anew_each_working_day(ada: Person) -> None:
    assert configured.SESSION_COOKIE_AGE == 12 * 3600


@pytest.mark.django_db(transaction=True)
def test_claims_of_another_address_or_scheme_are_believed_from_named_proxies_alone(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    claims = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    asked = {}
    for proxies in ("192.0.2.1", "127.0.0.1"):
        with live_server_process(FORWARDED_ALLOW_IPS=proxies, **SHOWN) as server:
            asked[proxies] = _told(server.base_url, claims)

    assert asked == {
        "192.0.2.1": ("127.0.0.1", False, False),
        "127.0.0.1": ("198.51.100.7", True, True),
    }


SHOWN = {"DEBUG": "off", "SECURE_SSL_REDIRECT": "off", "ALLOWED_HOSTS": "127.0.0.1", "SECRET_KEY": "x" * 40}


def _told(base_url: str, claims: Any) -> tuple[Any, ...]:
    """Return the session's address, and whether Django and a hot read consider the request secure."""
    with httpx.Client(base_url=base_url, headers=claims, timeout=30) as http:
        made = http.post("/api/auth/guest")
        http.headers["Authorization"] = f"Bearer {made.json()['access']}"
        http.get("/api/me")
        hot = http.get("/api/me")
        (session,) = http.get("/api/me/sessions").json()["results"]
    return session["ip"], *("Strict-Transport-Security" in answer.headers for answer in (made, hot))
