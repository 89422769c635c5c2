"""Timeouts and size limits of a request's head, including handshakes."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from realtime.server import handshake
from realtime.server.http_protocol import MAX_PIPELINED, BoundedHeadProtocol
from realtime.tests.server.app import application
from realtime.tests.server.conftest import OURS, uvicorn_thread
from realtime.tests.server.wire import TEXT, WITHIN_S, Wire, frame, request


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def port(request: pytest.FixtureRequest) -> Iterator[Any]:
    with uvicorn_thread(application, **OURS, loop=request.param) as (_, port):
        yield port


class Hasty(BoundedHeadProtocol):
    head_timeout = 0.5  # long enough for the preceding steps on a slow machine


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def hasty(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The port of a server with a short head timeout."""
    with uvicorn_thread(application, **{**OURS, "http": Hasty, "loop": request.param}) as (_, port):
        yield port


def get(path: str = "/") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_a_handshake_that_never_ends_is_a_408(hasty: Any) -> None:
    with Wire(hasty) as wire:
        wire.send(request()[:-2])
        status, headers = wire.read_head()
        assert (status, headers["connection"]) == (408, "close")


def test_a_connection_that_says_nothing_is_a_408(hasty: Any) -> None:
    with Wire(hasty) as wire:
        assert wire.read_head()[0] == 408


def test_a_second_head_that_never_ends_is_a_408_too(hasty: Any) -> None:
    with Wire(hasty) as wire:
        wire.send(get())
        assert wire.read_head()[0] == 200
        wire.send(get()[:-2])
        assert wire.read_head()[0] == 408


def test_a_head_that_goes_on_and_on_is_a_431(port: Any) -> None:
    with Wire(port) as wire:
        wire.send(request()[:-2])
        for _ in range(1_000):
            wire.send(b"X-More: " + b"x" * 1_000 + b"\r\n")
        assert wire.read_head()[0] == 431


def problem(wire: Any) -> tuple[Any, Any]:
    """Return the status and the code of the problem response."""
    status, headers = wire.read_head()
    body = json.loads(wire.read(int(headers["content-length"])))
    assert (headers["content-type"], body["status"]) == ("application/problem+json", status)
    return status, body["code"]


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ([b"no http\r\n\r\n"], (400, "malformed")),
        ([get("/" + "x" * 2_048)], (414, "target_too_long")),
        ([b"GET /", *[b"x" * 1_000] * 50], (414, "target_too_long")),
        ([get()[:-2], *[b"X-More: " + b"x" * 1_000 + b"\r\n"] * 1_000], (431, "head_too_large")),
    ],
)
def test_a_request_that_cannot_be_read_is_answered_with_a_problem(
    port: Any, sent: list[Any] | list[bytes], answered: tuple[Any, ...]
) -> None:
    with Wire(port) as wire:
        for part in sent:
            wire.send(part)
        assert problem(wire) == answered


def test_a_request_that_never_ends_is_answered_with_a_problem(hasty: Any) -> None:
    with Wire(hasty) as wire:
        wire.send(get()[:-2])
        assert problem(wire) == (408, "request_timeout")


async def patient(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Receive a whole body, and answer with more than the peer reads at once."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(32 << 20)})


@pytest.fixture(params=["uvloop", "asyncio"])
def impatient(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A server with short timeouts, and its port."""
    limits = {"body_timeout": 0.2, "stalled_timeout": 1.0}
    http = type("Impatient", (BoundedHeadProtocol,), limits)
    with uvicorn_thread(patient, **{**OURS, "http": http, "loop": request.param}) as served:
        yield served


def test_a_body_that_never_ends_is_a_408(impatient: Any) -> None:
    with Wire(impatient[1]) as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        assert wire.read_head()[0] == 408


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_of_several_requests_on_a_connection_that_is_cut_none_is_begun_any_more(
    loop: str, caplog: pytest.LogCaptureFixture
) -> None:
    begun, noticed = threading.Semaphore(0), threading.Event()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        begun.release()
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
        noticed.set()

    with uvicorn_thread(application, **{**OURS, "loop": loop}) as (server, port):
        with Wire(port) as wire:
            wire.send(get() * 3)
            assert begun.acquire(timeout=WITHIN_S)
        assert noticed.wait(WITHIN_S)
        deadline = time.monotonic() + WITHIN_S
        while server.server_state.tasks:
            assert time.monotonic() < deadline
            time.sleep(0.001)
    assert not begun.acquire(blocking=False)
    assert "Exception" not in caplog.text


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
def test_a_peer_that_does_not_take_its_answer_is_dropped(impatient: Any, connection: bytes) -> None:
    server, port = impatient
    with Wire(port) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: " + connection + b"\r\n\r\n")
        wire.read_head()
        deadline = time.monotonic() + WITHIN_S
        while server.server_state.connections:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_requests_that_are_sent_ahead_are_answered_in_turn(port: Any) -> None:
    with Wire(port) as wire:
        wire.send(get() * (1 + MAX_PIPELINED))
        assert [wire.read_head()[0] for _ in range(1 + MAX_PIPELINED)] == [200] * (1 + MAX_PIPELINED)


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_who_sends_too_many_requests_ahead_is_cut_off_and_they_are_not_kept(loop: str) -> None:
    begun = 0

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal begun
        begun += 1
        while (await receive())["type"] != "http.disconnect":
            pass

    with uvicorn_thread(application, **{**OURS, "loop": loop}) as (server, port), Wire(port) as wire:
        wire.send(get() * (2 + MAX_PIPELINED))
        with contextlib.suppress(ConnectionResetError):
            assert wire.socket.recv(1) == b""
        deadline = time.monotonic() + WITHIN_S
        while server.server_state.connections or server.server_state.tasks:
            assert time.monotonic() < deadline
            time.sleep(0.001)
    assert begun == 1


def test_requests_one_after_the_other_are_answered(port: Any) -> None:
    with Wire(port) as wire:
        for _ in range(20):
            wire.send(get() * 3)
            assert [wire.read_head()[0] for _ in range(3)] == [200] * 3


def test_an_open_socket_outlives_the_time_for_the_head(hasty: Any) -> None:
    with Wire(hasty) as wire, Wire(hasty) as late:
        wire.open()
        assert late.read_head()[0] == 408
        wire.send(frame(TEXT, b"hi"))
        assert wire.read_frame() == (TEXT, b"hi")


def test_a_handshake_behind_a_request_that_is_not_answered_yet_ends_the_connection(port: Any) -> None:
    with Wire(port) as wire:
        wire.send(get() + request())
        with pytest.raises(EOFError):
            wire.read(1)


USUAL = request()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(USUAL.replace(b"Connection: Upgrade", b"Connection: close"), id="another connection"),
        pytest.param(USUAL[:-2] + b"Content-Length: 5\r\n\r\n", id="a body"),
        pytest.param(USUAL[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", id="a body in parts"),
        pytest.param(USUAL[:-2] + b"Upgrade: h2c\r\n\r\n", id="a second upgrade"),
        pytest.param(USUAL[:-2] + b"X-A : b\r\n\r\n", id="a blank before the colon"),
        pytest.param(USUAL[:-2] + b"X-A: b\r\n c\r\n\r\n", id="a folded line"),
        pytest.param(USUAL[:-2] + b"X-A: b\0c\r\n\r\n", id="a NUL"),
        pytest.param(USUAL[:-2] + b"X-A: b\nX-C: d\r\n\r\n", id="a bare line feed"),
        pytest.param(USUAL.replace(b"HTTP/1.1", b"HTTP/1.0"), id="an old version"),
        pytest.param(USUAL + b"more", id="more than the head"),
        pytest.param(USUAL[:-2], id="less than the head"),
    ],
)
def test_only_a_handshake_in_its_usual_form_is_spared_the_http_parser(head: Any) -> None:
    assert handshake.is_plain(USUAL)
    assert not handshake.is_plain(head)
