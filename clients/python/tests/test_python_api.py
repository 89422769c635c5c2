"""How the Python client calls the REST API and keeps its tokens, against answers laid ready."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from gameplatform_client.api import Api
from gameplatform_client.errors import ApiError

USER = {"id": 7, "username": "ada", "email": "", "is_premium": False, "is_guest": True, "level": 3}


def token(life_s: float, name: str) -> str:
    now = time.time()
    claims = json.dumps({"iat": now - 600, "exp": now + life_s, "name": name}).encode()
    return f"x.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.y"


class Answers:
    """What stands in for the server."""

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


async def test_a_token_is_renewed_before_it_runs_out(api: Api, answers: Answers) -> None:
    assert 3500 < api.renew_in() < 3540.1
    answers.refreshed = httpx.Response(200, json={"access": token(30, "short"), "refresh": "r2"})
    await api.renew()
    assert api.renew_in() == 0
    answers.refreshed = httpx.Response(200, json={"access": token(3600, "long"), "refresh": "r3"})
    await api.fresh_token()
    assert json.loads(answers.calls[-1].content) == {"refresh": "r2"}


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


async def test_a_post_may_be_sent_again_with_the_same_key(api: Api, answers: Answers) -> None:
    await api.request("POST", "/api/shop/purchase", {"item_id": 1})
    await api.request("POST", "/api/shop/purchase", {"item_id": 1})
    await api.request("POST", "/api/shop/purchase", {"item_id": 1}, idempotency_key="mine")
    first, second, third = (request.headers["Idempotency-Key"] for request in answers.calls[-3:])
    assert first != second
    assert third == "mine"
