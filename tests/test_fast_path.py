"""The short way past Django's middleware: the same answers as by Django's own way."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, cast

import httpx
import msgspec
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import include
from django.urls import path as django_path
from prometheus_client import REGISTRY
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.views import APIView

from core import fast_routes
from core.fast_path import FastHandler, FastPath, at_once
from core.refusals import Conflict
from core.routes import route
from core.views import OpenView
from gameplatform import doors
from gameplatform.testing.people import *  # noqa: F403
from gameplatform.testing.people import Person
from realtime.server.bridge import WSGIBridge
from realtime.testing import WITHIN_S
from tests.test_trials_surface import address, operations

JSON: dict[str, Any] = {"Content-Type": "application/json"}
OPERATIONS = sorted((method.upper(), path) for method, path in operations())
# Each way would find the other's ticket in the queue; test_api has what a join answers.
MATCHED_TOGETHER = {("POST", "game/join")}


class Way:
    """A client of an ASGI application that calls as this user."""

    def __init__(self, application: Any, who: Person) -> None:
        transport = httpx.ASGITransport(application, client=("127.0.0.1", 4))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=WITHIN_S)
        self.who = who

    async def ask(self, method: str, path: str, *, headers: Any = (), **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.who.token}"} | dict(headers)
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] += self.who.name
        return await self.client.request(method, path, headers=headers, **options)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """The calls that took the short way."""
    calls = []
    find = FastPath._find

    def noted(self: Any, scope: dict[str, Any]) -> Any:
        call = find(self, scope)
        if call is not None:
            calls.append((scope["method"], call.match.route))
        return call

    monkeypatch.setattr(FastPath, "_find", noted)
    return calls


def fast() -> FastPath:
    return FastPath(WSGIBridge(FastHandler(), doors.lane_of))


def slow() -> WSGIBridge:
    return WSGIBridge(WSGIHandler(), doors.lane_of)


def facts(answer: Any, who: Person) -> tuple[Any, dict[Any, Any], Any]:
    """Return what two users' answers must have in common."""
    headers = {name: value.replace(who.name, "user") for name, value in answer.headers.items()}
    assert len(headers.pop("x-request-id")) == 32
    headers.pop("content-length")
    body = answer.content
    if "json" in headers.get("content-type", "") and answer.status_code < 400:
        body = form(msgspec.json.decode(body))
    elif answer.url.path.startswith("/metrics"):
        body = None
    elif answer.status_code == 429:
        body = msgspec.json.decode(body)["code"]
    return answer.status_code, headers, body


def form(value: Any) -> Any:
    """The structure of a JSON value: its keys, and the types of its leaves."""
    match value:
        case dict():
            return {key: form(inner) for key, inner in value.items()}
        case list():
            return [form(inner) for inner in value]
        case int() | float():
            return "number"
    return type(value).__name__


def inputs(method: str, path: str) -> Iterator[dict[str, Any]]:
    """Requests of every kind: good, bad, malformed and unauthorised."""
    yield {"headers": {"Authorization": "Bearer junk"}}
    yield {"headers": {"Authorization": "Basic junk"}}
    yield {"headers": {"Authorization": ""}}
    yield {"params": {"limit": "0", "cursor": "junk", "of": "x", "search": "x" * 500}}
    yield {"params": {"format": "api"}}
    yield {"headers": {"Accept": "text/html", "Origin": "http://elsewhere.org"}}
    yield {"headers": {"X-Request-ID": "not an id!"}}
    if method == "GET":
        return
    for content in (b"{", b"[]", b"\xff", b'{"a": "\\u0000"}', b"[" * 100, b'{"username": 5, "limit": -1}'):
        yield {"content": content, "headers": JSON}
    yield {"content": b"a=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    yield {"content": b"{}", "headers": {"Content-Type": "application/json; charset=utf-8"}}
    yield {"content": b"{}", "headers": {**JSON, "Idempotency-Key": "k"}}
    yield {"content": b"{}", "headers": {**JSON, "Idempotency-Key": "k"}}
    yield {"content": b"x" * 1_100_000, "headers": JSON}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_both_ways_answer_the_same(
    method: Any, path: Any, person: Callable[..., Awaitable[Person]], taken: list[tuple[Any, str]]
) -> None:
    if (method, path) in MATCHED_TOGETHER:
        pytest.skip("The two would meet.")
    ada, bob = await person("ada-1"), await person("bob-1")
    for asked in inputs(method, path):
        short = facts(await Way(fast(), ada).ask(method, address(path), **asked), ada)
        long = facts(await Way(slow(), bob).ask(method, address(path), **asked), bob)
        assert short == long, asked
    assert taken or not fast_routes.table("gameplatform.urls").find(method, address(path)[1:])


# -- Which requests take it


class Plain(OpenView):
    """Answers with what it was asked."""

    def get(self, request: Any, number: int = 0) -> Response:
        view = request.resolver_match.view_name
        return Response({"number": number, "query": request.query_params.dict(), "view": view})

    def post(self, request: Any) -> Response:
        return Response(request.data, status=201, headers={"Vary": "Accept-Language"})


class Overridden(Plain):
    """Has a ``dispatch`` of its own."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(b"own")


class Failing(Plain):
    """Fails, in the handler or only when its answer is encoded."""

    def get(self, request: Any, number: int = 0) -> Response:
        raise ValueError("planted")

    def post(self, request: Any) -> Response:
        return Response({"object": object()})


class Called:
    """Answers at once, as ``answer`` says."""

    answer: Any = None

    @staticmethod
    def identify_at_once(header: Any) -> Any:
        return header.removeprefix("Bearer ") or None


class AtOnce(APIView):
    """Answers on the event loop, or in the handler."""

    authentication_classes: Any = (Called,)

    @at_once(lambda auth, body: Called.answer(auth, body))
    def post(self, request: Any) -> Response:
        return Response("handler")

    @at_once(lambda auth, body: Called.answer(auth, body))
    def get(self, request: Any) -> Response:
        return Response("handler")


urlpatterns = [
    route("api/plain", Plain.as_view()),
    route("api/plain/<int:number>", Plain.as_view()),
    route("api/plain/own", Overridden.as_view()),
    route("api/failing", Failing.as_view()),
    django_path("api/slashed/", Plain.as_view()),
    django_path(
        "api/below/", include([route("plain", Plain.as_view()), route("<int:number>", Plain.as_view())])
    ),
    django_path("api/named/", include(([route("plain", Plain.as_view(), name="plain")], "studio"))),
    route("page", Plain.as_view()),
    route("game/at-once", AtOnce.as_view()),
]


@pytest.fixture
def routes(settings: Settings) -> None:
    """The routes above, without a worker."""
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["localhost"]


def in_one_piece(application: Any) -> Callable[[dict[str, Any], Any, Any], Awaitable[None]]:
    """Give the application a request's body as a server does, in one event where httpx makes two."""

    async def call(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event["body"], event["more_body"]
        events = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_whole() -> dict[str, Any] | Any:
            return events.pop() if events else await receive()

        await application(scope, receive_whole, send)

    return call


async def ask(method: str, path: str, *, application: Any = None, **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(cast(Any, in_one_piece(application or fast())), client=("127.0.0.1", 4))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, path, **options)


PLAIN = [
    ("GET", "/api/plain", {}),
    ("GET", "/api/plain/", {}),
    ("GET", "/api/plain/7", {"params": {"a": "1"}}),
    ("POST", "/api/plain", {"json": {"a": 1}}),
    ("POST", "/api/plain", {}),
    ("POST", "/api/plain/", {"content": b"{", "headers": JSON}),
    ("GET", "/api/slashed/", {}),
    ("GET", "/api/below/plain", {}),
    ("GET", "/api/below/plain/", {}),
    ("GET", "/api/below/7", {}),
    ("GET", "/api/named/plain", {}),
    ("GET", "/api/failing", {}),
    ("GET", "/api/plain", {"headers": {"Origin": "http://localhost"}}),
    ("GET", "/api/plain", {"headers": {"Cookie": "a=1"}}),
]
DJANGOS = [
    ("HEAD", "/api/plain", {}),
    ("OPTIONS", "/api/plain", {}),
    ("DELETE", "/api/plain", {}),
    ("GET", "/api/plain/x", {}),
    ("GET", "/api/plain/own", {}),
    ("GET", "/api/slashed", {}),
    ("GET", "/api/below/", {}),
    ("GET", "/api/belowplain", {}),
    ("GET", "/page", {}),
    ("GET", "/api/plain?a=%00", {}),
    ("GET", "/api/plain/%00", {}),
    ("GET", "/api/plain/%E2%82%AC", {}),
    ("GET", "/api/plain", {"headers": {"Host": "elsewhere.org"}}),
    ("GET", "/api/plain", {"headers": [("Host", "localhost"), ("Host", "localhost")]}),
    ("POST", "/api/plain", {"data": {"a": "1"}}),
    ("POST", "/api/plain", {"content": b"{}"}),
]


@pytest.mark.parametrize(("requests", "are_short"), [(PLAIN, True), (DJANGOS, False)])
async def test_only_plain_requests_take_it_and_both_ways_answer_the_same(
    routes: None, taken: list[tuple[Any, str]], requests: list[tuple[Any, ...]], are_short: bool
) -> None:
    for method, path, options in requests:
        taken.clear()
        short = await ask(method, path, **options)
        long = await ask(method, path, application=slow(), **options)

        assert bool(taken) == are_short, path
        assert (short.status_code, short.content) == (long.status_code, long.content)
        del short.headers["x-request-id"], long.headers["x-request-id"]
        assert short.headers == long.headers


async def test_an_answer_that_cannot_be_encoded_is_the_problem_that_django_gives(
    routes: None, taken: list[tuple[Any, str]]
) -> None:
    short = await ask("POST", "/api/failing", json={})
    long = await ask("POST", "/api/failing", application=slow(), json={})

    assert taken
    assert short.status_code == 500
    assert short.content == long.content


async def test_what_must_be_secure_is_redirected(
    routes: None, taken: list[tuple[Any, str]], settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60

    assert (await ask("GET", "/api/plain")).status_code == 301
    assert not taken
    transport = httpx.ASGITransport(fast())
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        answer = await client.get("/api/plain")
    assert taken
    assert answer.headers["strict-transport-security"].startswith("max-age=60")


async def test_a_foreign_origin_that_is_allowed_gets_the_headers_of_cors(
    routes: None, settings: Settings
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://play.example"]

    for application in (fast(), slow()):
        answer = await ask(
            "GET", "/api/plain", application=application, headers={"Origin": "https://play.example"}
        )
        assert answer.headers["access-control-allow-origin"] == "https://play.example"


async def test_with_middleware_of_a_project_on_the_way_nothing_takes_it(
    routes: None, taken: list[tuple[Any, str]], settings: Settings
) -> None:
    settings.MIDDLEWARE = ["tests.test_fast_path.shout", *settings.MIDDLEWARE]

    assert (await ask("GET", "/api/plain")).headers["x-shout"] == "yes"
    assert not taken


def shout(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        response = get_response(request)
        response["X-Shout"] = "yes"
        return response

    return middleware


async def test_a_call_has_an_id_and_is_measured_as_by_django(routes: None) -> None:
    labels = {"method": "GET", "route": "api/plain/<int:number>", "status": "200"}

    def measured() -> float | int:
        return REGISTRY.get_sample_value("http_request_seconds_count", labels) or 0

    before = measured()
    for application in (fast(), slow()):
        answer = await ask("GET", "/api/plain/7", application=application, headers={"X-Request-ID": "abc-1"})
        assert answer.headers["x-request-id"] == "abc-1"

    assert measured() == before + 2


# -- What is answered at once


TOKEN = {"headers": {"Authorization": "Bearer ada"}}


async def answered(content: Any) -> HttpResponse:
    return HttpResponse(content, status=201, content_type="application/json")


async def refuse(*_: Any) -> None:
    raise Conflict("Not now.")


async def fail(*_: Any) -> None:
    raise ValueError("planted")


@pytest.fixture
def at_once_by(routes: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Set what answers at once."""

    def answer_by(function: Any) -> None:
        monkeypatch.setattr(Called, "answer", staticmethod(function))

    return answer_by


async def go_on(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The application behind."""
    scope["passed_on"] = (await receive())["body"]
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["passed_on"]})


async def test_what_can_be_answered_at_once_takes_no_thread(at_once_by: Callable[[Any], None]) -> None:
    at_once_by(lambda auth, body: b'["%b"]' % auth.encode())
    answer = await ask("GET", "/game/at-once/", application=FastPath(go_on), **TOKEN)
    assert (answer.status_code, answer.json()) == (200, ["ada"])
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"

    at_once_by(lambda auth, body: answered(body))
    answer = await ask("POST", "/game/at-once", application=FastPath(go_on), json=[1], **TOKEN)
    assert (answer.status_code, answer.json()) == (201, [1])


async def test_what_the_handler_must_answer_goes_on_with_its_body(at_once_by: Callable[[Any], None]) -> None:
    at_once_by(lambda auth, body: None)
    for options in (TOKEN, {}):
        answer = await ask("POST", "/game/at-once", application=FastPath(go_on), json=[1], **options)
        assert (answer.status_code, answer.content) == (299, b"[1]")


async def test_refusals_and_failures_at_once_are_problems(
    at_once_by: Callable[[Any], None], caplog: pytest.LogCaptureFixture
) -> None:
    at_once_by(refuse)
    answer = await ask("POST", "/game/at-once", application=FastPath(go_on), json={}, **TOKEN)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")

    at_once_by(fail)
    answer = await ask("POST", "/game/at-once", application=FastPath(go_on), json={}, **TOKEN)
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "planted" not in answer.text
    assert "POST /game/at-once failed" in caplog.text


async def test_of_calls_that_wait_those_beyond_the_bound_are_a_503_with_retry_after(
    at_once_by: Callable[[Any], None],
) -> None:
    begun: asyncio.Queue[None] = asyncio.Queue()
    held = asyncio.Event()

    async def hold() -> HttpResponse:
        begun.put_nowait(None)
        await held.wait()
        return await answered(b"{}")

    at_once_by(lambda auth, body: hold())
    application = FastPath(go_on, max_at_once=2)

    def call() -> Coroutine[Any, Any, Any]:
        return ask("POST", "/game/at-once", application=application, json={}, **TOKEN)

    async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as group:
        waiting = [group.create_task(call()) for _ in range(2)]
        for _ in waiting:
            await begun.get()
        refused = await call()
        held.set()

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert [task.result().status_code for task in waiting] == [201, 201]
    for function in (refuse, fail, lambda auth, body: None, lambda auth, body: answered(b"{}")) * 2:
        at_once_by(function)
        last = await call()
    assert last.status_code == 201
