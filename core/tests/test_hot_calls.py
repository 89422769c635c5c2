"""Calls answered on the event loop, and those passed on to Django."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

import msgspec
import pytest
from django.http import HttpResponse
from django.urls import resolve
from prometheus_client import REGISTRY
from pytest_django import Settings

from core.hot_calls import HotCalls
from core.refusals import Conflict

PLAIN = ((b"authorization", b"Bearer t"), (b"content-type", b"application/json"), (b"host", b"here.org"))


@pytest.fixture(autouse=True)
def known_host(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["here.org"]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The application behind: reads the body and does not answer."""
    parts = scope["passed_on"] = []
    more = True
    while more:
        event = await receive()
        parts.append(event["body"])
        more = event["more_body"]


class _Asked:
    """A POST to the hot calls and its result; ``call`` is the one registered for the path."""

    def __init__(
        self,
        *,
        path: str = "/game/join",
        method: str = "POST",
        query: bytes = b"",
        headers: tuple[Any, ...] = PLAIN,
        parts: Sequence[bytes] = (b"{}",),
        scheme: str = "http",
    ) -> None:
        self.scope = {
            "path": path,
            "scheme": scheme,
            "method": method,
            "query_string": query,
            "headers": list(headers),
        }
        self.parts = list(parts)
        self.sent: list[Any] = []

    async def answer(self, call: Any) -> Self:
        return await self.by(HotCalls(application, {"/game/join": call}))

    async def by(self, hot_calls: Any) -> Self:
        async def receive() -> dict[str, Any]:
            body = self.parts.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.parts)}

        async def send(message: Any) -> None:
            self.sent.append(message)

        await hot_calls(self.scope, receive, send)
        return self

    @property
    def passed_on(self) -> Any:
        return self.scope.get("passed_on", [])

    @property
    def status(self) -> Any:
        return self.sent[0]["status"]

    @property
    def headers(self) -> dict[Any, Any]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.sent[1]["body"])


async def echo(token: str, body: Any) -> HttpResponse:
    return HttpResponse(b'["%b", %b]' % (token.encode(), body), status=201, content_type="application/json")


@pytest.mark.parametrize("path", ["/game/join", "/game/join/"])
@pytest.mark.parametrize("headers", [PLAIN, (*PLAIN, (b"origin", b"https://here.org"))])
async def test_a_plain_call_is_answered_at_once(path: str, headers: tuple[Any, ...]) -> None:
    asked = await _Asked(path=path, headers=headers, parts=[b'{"a":1}']).answer(echo)

    assert asked.passed_on == []
    assert (asked.status, asked.body) == (201, ["t", {"a": 1}])
    assert asked.headers[b"content-length"] == b"14"
    assert asked.headers[b"cache-control"] == b"no-store"
    assert len(asked.headers[b"x-request-id"]) == 32


async def test_the_id_that_a_request_brings_is_kept() -> None:
    asked = await _Asked(headers=(*PLAIN, (b"x-request-id", b"abc-1"))).answer(echo)

    assert asked.headers[b"x-request-id"] == b"abc-1"


async def test_an_answer_has_the_security_headers_of_django(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 60

    insecure = await _Asked().answer(echo)
    secure = await _Asked(scheme="https").answer(echo)

    assert (
        insecure.headers[b"x-content-type-options"] == secure.headers[b"x-content-type-options"] == b"nosniff"
    )
    assert secure.headers[b"strict-transport-security"].startswith(b"max-age=60")
    assert b"strict-transport-security" not in insecure.headers


async def test_a_call_is_measured_as_by_django() -> None:
    labels = {"method": "POST", "route": resolve("/game/join/").route, "status": "201"}

    def measured() -> float | int:
        return REGISTRY.get_sample_value("http_request_seconds_count", labels) or 0

    before = measured()
    await _Asked(path="/game/join/").answer(echo)

    assert measured() == before + 1


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/game/leave"},
        {"method": "PUT"},
        {"query": b"a=1"},
        {"headers": PLAIN[1:]},
        {"headers": (PLAIN[0], (b"content-type", b"text/plain"))},
        {"headers": (*PLAIN, (b"origin", b"https://elsewhere.org"))},
        {"headers": (*PLAIN[:2], (b"host", b"elsewhere.org"))},
        {"headers": PLAIN[:2]},
        {"parts": [b"{", b"}"]},
    ],
)
async def test_all_else_goes_on_to_django_with_its_whole_body(request_: dict[str, Any]) -> None:
    asked = await _Asked(**request_).answer(echo)

    assert b"".join(asked.passed_on) == b"{}"
    assert asked.sent == []


@pytest.mark.parametrize("claim", [(), ((b"x-forwarded-proto", b"https"),)])
async def test_what_is_not_secure_where_it_has_to_be_goes_on_to_django(
    settings: Settings, claim: tuple[Any, ...]
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    insecure = await _Asked(headers=(*PLAIN, *claim)).answer(echo)
    secure = await _Asked(scheme="https").answer(echo)

    assert insecure.passed_on == [b"{}"]
    assert secure.status == 201


async def test_what_needs_a_closer_look_goes_on_with_its_whole_body() -> None:
    async def undecided(token: str, body: Any) -> None:
        return None

    asked = await _Asked(parts=[b'{"a":1}']).answer(undecided)

    assert asked.passed_on == [b'{"a":1}']
    assert asked.sent == []


async def test_a_refusal_is_a_problem_with_its_code() -> None:
    async def refuse(token: str, body: Any) -> None:
        raise Conflict("Not now.")

    asked = await _Asked().answer(refuse)

    assert (asked.status, asked.body["code"], asked.body["detail"]) == (409, "conflict", "Not now.")
    assert asked.headers[b"content-type"] == b"application/problem+json"


async def test_a_failure_is_a_problem_that_tells_nothing_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(token: str, body: Any) -> None:
        raise ValueError("planted")

    asked = await _Asked().answer(fail)

    assert (asked.status, asked.body["code"]) == (500, "server_error")
    assert "planted" not in str(asked.body)
    assert "POST /game/join failed" in caplog.text


async def test_of_calls_that_wait_those_beyond_the_bound_are_a_503_with_retry_after() -> None:
    begun: asyncio.Queue[Any] = asyncio.Queue()
    held = asyncio.Event()

    async def hold(token: str, body: Any) -> HttpResponse:
        begun.put_nowait(body)
        await held.wait()
        return await echo(token, body)

    hot_calls = HotCalls(application, {"/game/join": hold}, max_pending=2)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(_Asked().by(hot_calls)) for _ in range(2)]
        for _ in waiting:
            await begun.get()
        refused = await _Asked().by(hot_calls)
        held.set()

    assert (refused.status, refused.body["code"], refused.passed_on) == (503, "unavailable", [])
    assert refused.headers[b"retry-after"] == b"1"
    assert [task.result().status for task in waiting] == [201, 201]
    assert (await _Asked().by(hot_calls)).status == 201


async def test_every_end_of_a_call_gives_its_place_back() -> None:
    async def end(token: str, body: Any) -> HttpResponse | None:
        match body:
            case b'"refused"':
                raise Conflict("Not now.")
            case b'"failed"':
                raise ValueError("planted")
            case b'"left to the view"':
                return None
        return await echo(token, body)

    hot_calls = HotCalls(application, {"/game/join": end}, max_pending=1)
    bodies = [b'"refused"', b'"failed"', b'"left to the view"', b"{}"]
    asked = [await _Asked(parts=[body]).by(hot_calls) for body in bodies]

    assert [one.sent[0]["status"] if one.sent else None for one in asked] == [409, 500, None, 201]
