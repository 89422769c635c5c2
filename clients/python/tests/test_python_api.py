"""REST calls and token handling of the Python client, against canned answers."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from gameplatform_client import NetworkClient
from gameplatform_client.api import Api
from gameplatform_client.errors import ApiError

WITHIN_S = 30.0
USER = {"id": 7, "username": "ada", "email": "", "is_premium": False, "is_guest": True, "level": 3}


def token(life_s: float, name: str, *, clock_ahead_s: float = 0.0) -> str:
    """Return a token from a server whose clock is this far ahead."""
    now = time.time() - clock_ahead_s
    claims = json.dumps({"iat": now, "exp": now + life_s, "name": name}).encode()
    return f"x.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.y"


class Answers:
    """A fake server."""

    def __init__(self) -> None:
        self.calls: list[httpx.Request] = []
        self.valid = token(3600, "first")
        self.refreshed = httpx.Response(200, json={"access": token(3600, "second"), "refresh": "r2"})
        self.others: Callable[[httpx.Request], httpx.Response] = lambda request: httpx.Response(200, json={})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        if request.url.path == "/api/auth/guest":
            return httpx.Response(201, json={"user": USER, "access": self.valid, "refresh": "r1"})
        if request.url.path == "/api/token/refresh/":
            if self.refreshed.is_success:
                self.valid = self.refreshed.json()["access"]
            return self.refreshed
        if request.headers.get("Authorization") != f"Bearer {self.valid}":
            return httpx.Response(401, json={"code": "token_expired", "detail": "Too old."})
        return self.others(request)

    def paths(self) -> list[str]:
        return [request.url.path for request in self.calls]


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
async def api(answers: Answers) -> Any:
    api = Api("http://server.test")
    api._http = httpx.AsyncClient(base_url="http://server.test", transport=httpx.MockTransport(answers))
    user = await api.sign_in("/api/auth/guest", {})
    assert (user.id, user.username) == (7, "ada")
    yield api
    await api.close()


async def test_a_call_that_a_token_is_too_old_for_is_made_again_with_a_new_one(
    api: Api, answers: Answers
) -> None:
    answers.valid = "another"
    answers.others = lambda request: httpx.Response(200, json={"done": True})
    assert await asyncio.gather(*(api.request("GET", "/api/me/") for _ in range(3))) == [{"done": True}] * 3
    assert answers.paths().count("/api/token/refresh/") == 1


async def test_a_token_is_renewed_before_it_runs_out(
    api: Api, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 3500 < api.renew_in() <= 3540
    steady, wall = time.monotonic, time.time
    for clock in ("monotonic", "time"):  # the clock was set back, or the machine slept
        monkeypatch.setattr(
            time, clock, lambda clock=clock: {"monotonic": steady, "time": wall}[clock]() + 3541
        )
        assert api.renew_in() == 0
        monkeypatch.undo()
    monkeypatch.setattr(time, "time", lambda: wall() + 3541)
    answers.refreshed = httpx.Response(200, json={"access": token(3600, "long"), "refresh": "r3"})
    await api.fresh_token()
    assert json.loads(answers.calls[-1].content) == {"refresh": "r1"}


@pytest.mark.parametrize("clock_ahead_s", [7200, -7200])
async def test_a_clock_that_is_wrong_renews_no_sooner_and_no_later(
    api: Api, answers: Answers, clock_ahead_s: float
) -> None:
    access = token(3600, "second", clock_ahead_s=clock_ahead_s)
    answers.refreshed = httpx.Response(200, json={"access": access, "refresh": "r2"})
    await api.renew()
    assert 3500 < api.renew_in() <= 3540


async def test_a_session_that_has_ended_is_over(api: Api, answers: Answers) -> None:
    answers.valid = "another"
    answers.refreshed = httpx.Response(401, json={"code": "session_ended", "detail": "It is over."})
    with pytest.raises(ApiError) as refused:
        await api.request("GET", "/api/me/")
    assert (refused.value.status, refused.value.error_code) == (401, "session_ended")
    with pytest.raises(ApiError) as refused:
        await api.fresh_token()
    assert refused.value.error_code == "not_signed_in"


async def test_a_refusal_says_what_the_server_says(api: Api, answers: Answers) -> None:
    problem = {
        "code": "invalid",
        "title": "Invalid",
        "detail": "That does not fit.",
        "errors": {"name": ["?"]},
    }
    answers.others = lambda request: httpx.Response(429, json=problem, headers={"Retry-After": "3"})
    with pytest.raises(ApiError) as refused:
        await api.request("POST", "/api/characters", {})
    error = refused.value
    assert (error.status, error.error_code, error.error_message) == (429, "invalid", "That does not fit.")
    assert (error.details, error.retry_after) == ({"name": ["?"]}, 3.0)
    problem = {"code": "already_requested", "details": {"request_id": 5}}
    answers.others = lambda request: httpx.Response(409, json=problem)
    with pytest.raises(ApiError) as refused:
        await api.request("POST", "/api/friends/requests/", {})
    assert refused.value.details == {"request_id": 5}


async def test_what_is_no_answer_of_ours_is_an_error_too(api: Api, answers: Answers) -> None:
    answers.others = lambda request: httpx.Response(502, text="<html>")
    with pytest.raises(ApiError) as refused:
        await api.request("GET", "/api/me/")
    assert (refused.value.status, refused.value.error_code) == (502, "http_error")

    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    answers.others = unreachable
    with pytest.raises(ApiError) as refused:
        await api.request("GET", "/api/me/")
    assert (refused.value.status, refused.value.error_code) == (0, "offline")


@pytest.mark.parametrize(
    "rubbish",
    [
        httpx.Response(200, text="<html>Sign in to this network</html>"),
        httpx.Response(200, json=["x"]),
        httpx.Response(200, json={}),
        httpx.Response(400, json=["x"]),
        httpx.Response(400, json={"errors": 3}),
    ],
    ids=["a page", "a list", "nothing", "a refused list", "errors that are none"],
)
async def test_whatever_answers_in_place_of_the_server_is_an_error(api: Api, rubbish: httpx.Response) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return rubbish

    api._http = httpx.AsyncClient(base_url="http://server.test", transport=httpx.MockTransport(answer))
    for entering in (api.renew(), api.sign_in("/api/auth/guest", {})):
        with pytest.raises(ApiError):
            await entering


async def test_rows_have_attributes_and_keys(api: Api, answers: Answers) -> None:
    assert api.user is not None
    assert api.user["username"] == api.user.username == "ada"
    answers.others = lambda request: httpx.Response(200, json=[{"id": 5, "position": {"x": 1.5}}])
    (row,) = await api.request("GET", "/api/characters")
    assert (row["id"], row.id, row.position.x) == (5, 5, 1.5)


async def test_a_world_that_cannot_be_encrypted_is_not_entered_in_clear(answers: Answers) -> None:
    problem = {"code": "encryption_unavailable", "detail": "There is no key here."}
    answers.others = lambda request: httpx.Response(400, json=problem)
    async with NetworkClient("http://server.test") as client:
        client._api._http = httpx.AsyncClient(
            base_url="http://server.test", transport=httpx.MockTransport(answers)
        )
        client.encryption_enabled = True
        await client.sign_in_as_guest()
        with pytest.raises(ApiError) as refused:
            await asyncio.wait_for(client.connect_to_world(), WITHIN_S)
        assert refused.value.error_code == "encryption_unavailable"
        assert client._channels == []


async def test_a_post_may_be_sent_again_with_the_same_key(api: Api, answers: Answers) -> None:
    await api.request("POST", "/api/shop/purchase", {"item_id": 1})
    await api.request("POST", "/api/shop/purchase", {"item_id": 1})
    await api.request("POST", "/api/shop/purchase", {"item_id": 1}, idempotency_key="mine")
    first, second, third = (request.headers["Idempotency-Key"] for request in answers.calls[-3:])
    assert first != second
    assert third == "mine"
