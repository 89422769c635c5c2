"""Django's WSGI handler behind ASGI: requests and responses pass unchanged, within limits."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from queue import SimpleQueue
from typing import Any

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings

from core.lanes import Lane
from realtime.server.bridge import PART, WSGIBridge
from realtime.tests.server.conftest import OURS, uvicorn_thread
from realtime.tests.server.wire import WITHIN_S, Wire


def until(is_so: Any) -> None:
    """Wait until the server has noticed."""
    given_up_at = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < given_up_at
        time.sleep(0.001)


class Body(list[bytes]):
    """A response body that records whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def bridged(
    application: Any,
    *,
    threads: int = 8,
    max_waiting: int = 256,
    max_held: int = 16 << 20,
    max_sent: int = 128 << 20,
    **options: Any,
) -> tuple[WSGIBridge, Lane]:
    """A bridge with one lane, and the lane."""
    lane = Lane("http", threads=threads, max_waiting=max_waiting, max_held=max_held, max_sent=max_sent)
    return WSGIBridge(application, lambda scope: lane, **options), lane


@pytest.fixture
def serve() -> Iterator[Any]:
    """Serve a WSGI callable over the bridge; return a client for it."""
    with contextlib.ExitStack() as stack:

        def start(application: Any, **options: Any) -> Any:
            bridge, lane = bridged(application, **options)
            server, port = stack.enter_context(
                uvicorn_thread(bridge, **OURS, loop="uvloop", server_header=False)
            )
            stack.callback(lane.pool.shutdown)
            client: Any = stack.enter_context(
                httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=WITHIN_S)
            )
            client.server, client.port, client.lane = server, port, lane
            return client

        yield start


@pytest.fixture
def seen(serve: Any) -> tuple[Any, dict[Any, Any]]:
    """Serve a callable that records the environ and body of the last request."""
    kept: dict[Any, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        kept.clear()
        kept.update(environ, body=environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    client = serve(application)
    return client, kept


def test_the_request_arrives_as_wsgi_wants_it(seen: tuple[Any, dict[Any, Any]]) -> None:
    client, environ = seen
    headers = [
        ("X-One", "1"),
        ("X-One", "2"),
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
        ("Content-Type", "text/x"),
    ]
    client.post("/gr%C3%BC%C3%9Fe?q=%C3%BC&r=1", content=b"body", headers=headers)
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["SCRIPT_NAME"] == ""
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/grüße"
    assert environ["QUERY_STRING"] == "q=%C3%BC&r=1"
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", str(client.port))
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["wsgi.url_scheme"] == "http"
    assert environ["HTTP_X_ONE"] == "1,2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["CONTENT_TYPE"] == "text/x"
    assert environ["CONTENT_LENGTH"] == "4"
    assert environ["body"] == b"body"
    assert "HTTP_CONTENT_TYPE" not in environ
    assert "HTTP_CONTENT_LENGTH" not in environ


def test_a_body_in_chunks_arrives_whole_with_its_length(seen: tuple[Any, dict[Any, Any]]) -> None:
    client, environ = seen
    client.post("/", content=iter([b"one ", b"two"]))
    assert environ["body"] == b"one two"
    assert environ["CONTENT_LENGTH"] == "7"
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_a_header_with_an_underscore_cannot_pose_as_another(seen: tuple[Any, dict[Any, Any]]) -> None:
    client, environ = seen
    client.get("/", headers={"X_Forwarded_For": "1.2.3.4"})
    assert "HTTP_X_FORWARDED_FOR" not in environ


async def test_a_root_path_becomes_the_script_name() -> None:
    kept = {}

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        kept.update(environ)
        start_response("204 No Content", [])
        return []

    sent = await call(bridged(application)[0], path="/app/things", root_path="/app")
    assert (kept["SCRIPT_NAME"], kept["PATH_INFO"]) == ("/app", "/things")
    assert sent[0]["status"] == 204


async def call(
    bridge: Any,
    *,
    method: str = "GET",
    headers: tuple[Any, ...] = (),
    body: tuple[Any, ...] = (b"",),
    **scope: Any,
) -> list[Any]:
    """Call the bridge without a server; return what it sent."""
    *early, last = body
    events = [{"type": "http.request", "body": part, "more_body": True} for part in early]
    events.append({"type": "http.request", "body": last, "more_body": False})
    sent = []

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop(0)
        return await asyncio.Future()

    async def send(event: Any) -> None:
        sent.append(event)

    await bridge(
        {"type": "http", "method": method, "path": "/", "http_version": "1.1", "headers": headers, **scope},
        receive,
        send,
    )
    return sent


def test_head_has_the_headers_and_no_body(serve: Any) -> None:
    body = Body([b"hello"])

    def application(environ: dict[str, Any], start_response: Any) -> Body:
        start_response("200 OK", [("Content-Length", "5")])
        return body

    response = serve(application).head("/")
    assert (response.headers["content-length"], response.content) == ("5", b"")
    assert body.closed


def test_repeated_response_headers_stay_apart(serve: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("201 Created", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", "0")])
        return []

    response = serve(application).get("/")
    assert response.status_code == 201
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_response_is_closed_even_when_its_body_fails(serve: Any) -> None:
    closed = threading.Event()

    class Failing:
        def __iter__(self) -> None:
            raise LookupError("a planted fault")

        def close(self) -> None:
            closed.set()

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        return Failing()

    response = serve(application).get("/")
    assert response.status_code == 500
    assert closed.wait(WITHIN_S)


def test_a_fault_is_a_500_problem_and_logged(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> None:
        raise LookupError("a planted fault")

    with caplog.at_level(logging.ERROR, "realtime.server"):
        response = serve(application).get("/broken?token=secret")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "server_error"
    assert "a planted fault" in caplog.text
    assert "secret" not in caplog.text


# -- Bounds


@pytest.mark.parametrize("content", [b"x" * 1_001, [b"x" * 600, b"x" * 600]], ids=["at once", "in chunks"])
def test_a_body_over_the_limit_is_a_413_problem_and_the_application_never_runs(
    serve: Any, content: bytes | list[bytes]
) -> None:
    ran = []

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        ran.append(environ)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    client = serve(application, max_body=1_000)
    response = client.post("/", content=content if isinstance(content, bytes) else iter(content))
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {*problem} == {"type", "title", "status", "code", "detail"}
    assert (problem["status"], problem["code"]) == (413, "too_large")
    assert ran == []
    assert client.post("/", content=b"x" * 1_000).status_code == 200


def test_what_waits_beyond_the_bound_is_a_503_with_retry_after(serve: Any) -> None:
    hold = threading.Event()
    arrived = threading.Semaphore(0)

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        arrived.release()
        hold.wait(WITHIN_S)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    client = serve(application, threads=2, max_waiting=0)
    with ThreadPoolExecutor() as pool:
        held = [pool.submit(client.get, "/") for _ in range(2)]
        assert all(arrived.acquire(timeout=WITHIN_S) for _ in held)
        refused = client.get("/")
        hold.set()
        assert [future.result().status_code for future in held] == [200, 200]
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["code"] == "unavailable"
    assert client.get("/").status_code == 200


async def test_a_request_given_up_while_it_waits_gives_its_place_back() -> None:
    hold = threading.Event()
    arrived = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        arrived.set()
        hold.wait(WITHIN_S)
        start_response("200 OK", [])
        return [b""]

    bridge, _ = bridged(application, threads=1, max_waiting=1)
    first = asyncio.ensure_future(call(bridge))
    await asyncio.to_thread(arrived.wait, WITHIN_S)
    second = asyncio.ensure_future(call(bridge))
    await asyncio.sleep(0)
    assert (await call(bridge))[0]["status"] == 503
    second.cancel()
    await asyncio.wait([second])
    hold.set()
    assert (await first)[0]["status"] == 200
    assert [(await call(bridge))[0]["status"] for _ in range(5)] == [200] * 5


def test_a_request_whose_client_leaves_while_it_waits_is_never_run(serve: Any) -> None:
    hold, arrived, ran = threading.Event(), threading.Event(), []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        ran.append(environ["PATH_INFO"])
        arrived.set()
        hold.wait(WITHIN_S)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    client = serve(application, threads=1, max_waiting=2)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.get, "/first")
        assert arrived.wait(WITHIN_S)
        # Each takes the last places only if those before it have given theirs back.
        for _ in range(20):
            with Wire(client.port) as impatient, Wire(client.port) as another:
                for wire in (impatient, another):
                    wire.send(b"GET /impatient HTTP/1.1\r\nHost: x\r\n\r\n")
                until(lambda: client.lane.waiting == 2)
            until(lambda: client.lane.waiting == 0)
        last = pool.submit(client.get, "/last")
        until(lambda: client.lane.waiting == 1)
        hold.set()
        assert first.result().status_code == last.result().status_code == 200
    assert ran == ["/first", "/last"]


def nothing(environ: dict[str, Any], start_response: Any) -> Any:
    start_response("204 No Content", [])
    return []


HALF_SENT = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"x" * 100_000


def test_half_sent_bodies_take_no_more_than_their_room_together(serve: Any) -> None:
    client = serve(nothing, max_held=350_000)
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Wire(client.port)).send(HALF_SENT)
        until(lambda: client.lane.held == 300_000)
        wire = stack.enter_context(Wire(client.port))
        wire.send(HALF_SENT)
        status, headers = wire.read_head()
        assert (status, headers["retry-after"], headers["connection"]) == (503, "1", "close")
        # What is short fits beside them.
        assert client.post("/", content=b"x" * 1000).status_code == 204
    until(lambda: client.lane.held == 0)
    assert client.post("/", content=b"x" * 300_000).status_code == 204


# -- Streams


def test_a_stream_comes_part_by_part_as_it_is_made(serve: Any) -> None:
    steps = threading.Semaphore(0)

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        for part in (b"one", b"two", b"three"):
            steps.acquire(timeout=WITHIN_S)
            yield part

    client = serve(application)
    steps.release()
    with client.stream("GET", "/") as response:
        heard = []
        for part in response.iter_raw():
            heard.append(part)
            steps.release()
    assert heard == [b"one", b"two", b"three"]


def test_a_stream_whose_client_has_left_is_stopped_and_closed(serve: Any) -> None:
    closed = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            while True:
                yield b"x" * 65_536
        finally:
            closed.set()

    client = serve(application)
    with client.stream("GET", "/") as response:
        next(response.iter_raw())
    assert closed.wait(WITHIN_S)


def test_a_stream_waits_for_a_client_that_reads_slowly(serve: Any) -> None:
    made = 0
    paused = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        nonlocal made
        start_response("200 OK", [])
        for _ in range(2_000):
            made += 1
            yield b"x" * 65_536

    client = serve(application)
    with Wire(client.port) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.read_head()
        before = -1
        while made != before:
            before = made
            paused.wait(0.1)
        assert made < 1_000


def test_a_stream_that_fails_midway_breaks_the_connection(serve: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"part"
        raise LookupError("a planted fault")

    client = serve(application)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


def test_a_stream_without_parts_has_an_empty_body(serve: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterator[None]:
        start_response("200 OK", [])
        yield from ()

    response = serve(application).get("/")
    assert (response.status_code, response.content) == (200, b"")


# -- Django


def hello(request: Any) -> JsonResponse:
    return JsonResponse({"method": request.method, "path": request.path, "who": request.GET.get("who")})


def upload(request: Any) -> HttpResponse:
    return HttpResponse(request.body)


def numbers(request: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(str(number) for number in range(5))


def broken(request: Any) -> None:
    raise LookupError("a planted fault")


class Film(BytesIO):
    """A file of some parts, which notes that it was closed."""

    closings: SimpleQueue[Any] = SimpleQueue()

    def close(self) -> None:
        if not self.closed:
            self.closings.put(threading.current_thread().name)
        super().close()


def film(request: Any, size: int) -> FileResponse:
    return FileResponse(Film(b"film" * (size // 4)), filename="film.bin")


urlpatterns = [
    path("film/<int:size>/", film),
    path("grüße/", hello),
    path("upload/", upload),
    path("numbers/", numbers),
    path("broken/", broken),
]


def use_urls_of_this_module(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def django(serve: Any, settings: Settings) -> Any:
    use_urls_of_this_module(settings)
    return serve(WSGIHandler())


def test_django_answers_over_the_bridge(django: Any) -> None:
    assert django.get("/grüße/?who=ada").json() == {"method": "GET", "path": "/grüße/", "who": "ada"}
    body = bytes(range(256)) * 1_000
    assert django.post("/upload/", content=body).content == body
    assert django.get("/numbers/").text == "01234"
    for size in (0, 4, PART - 4, PART, PART + 4, 3 * PART):
        assert django.get(f"/film/{size}/").content == b"film" * (size // 4)
        assert Film.closings.get(timeout=WITHIN_S).startswith("http")
    assert django.head(f"/film/{3 * PART}/").headers["content-length"] == str(3 * PART)
    assert Film.closings.get(timeout=WITHIN_S)
    assert django.get("/missing/").status_code == 404
    assert django.get("/broken/").status_code == 500


def test_who_reads_nothing_of_a_file_keeps_no_thread_and_closes_it_in_the_end(
    serve: Any, settings: Settings
) -> None:
    use_urls_of_this_module(settings)
    client = serve(WSGIHandler(), threads=1)
    with Wire(client.port) as wire:
        wire.send(b"GET /film/64000000/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert wire.read_head()[0] == 200
        assert client.get("/grüße/").status_code == 200
    assert Film.closings.get(timeout=WITHIN_S)


def test_who_reads_nothing_has_a_part_of_the_body_in_memory_and_not_all(serve: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "64000000")])
        return [b"x" * 64_000_000]

    client = serve(application)
    with Wire(client.port) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.read_head()
        [connection] = client.server.server_state.connections
        until(connection.transport.get_write_buffer_size)
        assert connection.transport.get_write_buffer_size() < 4 * PART


def test_responses_that_nobody_reads_take_no_more_than_their_room_together(serve: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        size = int(environ["QUERY_STRING"])
        start_response("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    client = serve(application, max_sent=40_000_000)
    with Wire(client.port) as wire:
        wire.send(b"GET /?30000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.read_head()
        refused = client.get("/?30000000")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert client.get("/?100").status_code == 200
    until(lambda: client.get("/?30000000").status_code == 200)


def test_every_django_request_is_finished_in_its_own_thread(django: Any) -> None:
    threads: SimpleQueue[Any] = SimpleQueue()

    def finished(**kwargs: Any) -> None:
        threads.put(threading.current_thread().name)

    request_finished.connect(finished)
    try:
        for address in ("/grüße/", "/numbers/", "/broken/"):
            django.get(address)
        django.head("/grüße/")
        # The client sees the end of a stream before its thread is done.
        names = [threads.get(timeout=WITHIN_S) for _ in range(4)]
    finally:
        request_finished.disconnect(finished)
    assert all(name.startswith("http") for name in names)
    assert threads.empty()
