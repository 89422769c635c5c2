"""The picows protocol beyond the common behaviour: timeouts, memory limits, endings, TLS."""

import asyncio
import gc
import json
import logging
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from realtime.server.picows_protocol import PicowsProtocol
from realtime.tests.server.app import application
from realtime.tests.server.conftest import MAX_SIZE, OURS, Served, listening, uvicorn_thread
from realtime.tests.server.test_sockets import closing, how_it_ended
from realtime.tests.server.wire import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    WITHIN_S,
    Wire,
    close_frame,
    frame,
    request,
)


class Impatient(PicowsProtocol):
    __slots__ = ()
    closing_timeout = 1.0


@pytest.fixture(params=["uvloop", "asyncio"])
def serve(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Start our protocol with other options: ``serve(ws_ping_interval=1)``, on both event loops."""
    stack = []

    def start(app: Any = application, **options: Any) -> tuple[Any, Any]:
        context = uvicorn_thread(app, **{**OURS, "loop": request.param, "ws": Impatient, **options})
        server, port = context.__enter__()
        stack.append(context)
        return server, port

    yield start
    for context in stack:
        context.__exit__(None, None, None)


def connections(server: Any) -> tuple[Any, Any]:
    return server.server_state.connections, server.server_state.tasks


# -- Endings


async def test_an_application_that_returns_closes_with_1000(ours: Served) -> None:
    async with ours.connect("/return-after") as socket:
        assert (await closing(socket)).code == 1000


async def test_a_header_with_a_line_break_is_a_500_and_never_sent(ours: Served) -> None:
    with ours.wire() as wire:
        wire.send(request("/bad-header"))
        status, headers = wire.read_head()
        assert status == 500
        assert "x-b" not in headers


async def test_the_application_learns_what_a_violation_was(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/echo?id={key}")
        wire.send(frame(TEXT, b"\xff"))
        wire.read_to_end()
    assert await how_it_ended(ours, key) == {"code": 1007, "reason": "invalid UTF-8"}


async def test_the_application_learns_what_the_parser_refused(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/echo?id={key}")
        wire.send(frame(TEXT, b"x" * (MAX_SIZE + 1)))
        wire.read_to_end()
    assert (await how_it_ended(ours, key))["code"] == 1009


async def test_a_message_over_the_limit_never_reaches_the_application(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/count?id={key}")
        wire.send(frame(TEXT, b"x" * (MAX_SIZE + 1)) + frame(TEXT, b"after"))
        wire.read_to_end()
    assert await how_it_ended(ours, key) == {"count": 0}


async def test_a_close_without_code_is_told_as_1005(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/echo?id={key}")
        wire.send(close_frame())
        wire.read_to_end()
    assert (await how_it_ended(ours, key))["code"] == 1005


async def test_a_long_reason_is_cut_between_characters(ours: Served) -> None:
    async with ours.connect("/close?code=4400&reason=" + "%C3%BC" * 100) as socket:
        assert (await closing(socket)).reason == "ü" * 61


@pytest.mark.parametrize("code", [0, 999, 1005, 1006, 1015, 2999, 5000])
async def test_an_application_cannot_send_a_reserved_code(ours: Served, code: int) -> None:
    async with ours.connect(f"/close?code={code}") as socket:
        assert (await closing(socket)).code == 1011


def test_a_close_waits_for_the_peers(ours: Served) -> None:
    with ours.wire() as wire:
        wire.open("/close?code=4401")
        assert wire.read_frame() == (CLOSE, (4401).to_bytes(2, "big"))
        wire.send(frame(TEXT, b"ignored") + close_frame(4401))
        assert wire.read_to_end() == ([], None)


def test_a_peer_that_does_not_answer_a_close_is_dropped(serve: Any) -> None:
    _, port = serve()
    with Wire(port) as wire:
        wire.open("/close?code=4401")
        assert wire.read_to_end() == ([], 4401)


def test_a_peer_that_reads_nothing_cannot_hold_a_closed_connection(serve: Any) -> None:
    server, port = serve()
    with Wire(port) as wire, Wire(port) as other:
        wire.open(f"/direct/flood?id={(key := uuid4())}")
        other.open(f"/heard?id={key}")
        assert json.loads(other.read_frame()[1])["sent"] > 0
        wire.send(close_frame(1000))
        wait_until_gone(server, but=1)
        other.send(close_frame(1000))
        other.read_to_end()


def wait_until_gone(server: Any, but: int = 0) -> None:
    """Wait until the server has no connections and tasks left (``but`` that many)."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        if all(len(left) <= but for left in connections(server)):
            return
        threading.Event().wait(0.01)
    pytest.fail(f"left behind: {connections(server)}")


# -- Time


def test_an_application_that_never_answers_is_a_503(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impatient, "opening_timeout", 0.2)
    server, port = serve()
    key = uuid4()
    with Wire(port) as wire:
        wire.send(request(f"/hang?id={key}"))
        assert wire.read_head()[0] == 503
    wait_until_gone(server)


def test_a_silent_peer_is_pinged_and_one_that_stays_silent_is_closed(serve: Any) -> None:
    _, port = serve(ws_ping_interval=0.05, ws_ping_timeout=0.5)
    with Wire(port) as wire:
        wire.open()
        for _ in range(3):
            assert wire.read_frame() == (PING, b"")
            wire.send(frame(PONG))
        frames, code = wire.read_to_end()
        assert {kind for kind, _ in frames} <= {PING}
        assert code == 1011


def test_a_peer_that_talks_is_not_pinged(serve: Any) -> None:
    _, port = serve(ws_ping_interval=1.0, ws_ping_timeout=1.0)
    with Wire(port) as wire:
        wire.open()
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            wire.send(frame(TEXT, b"x"))
            assert wire.read_frame() == (TEXT, b"x")


def test_without_an_interval_nobody_is_pinged(serve: Any) -> None:
    _, port = serve(ws_ping_interval=None, ws_ping_timeout=None)
    with Wire(port) as wire:
        wire.open()
        wire.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            wire.read_frame()


# -- Shutdown


async def test_shutdown_closes_open_sockets_with_1012_and_refuses_handshakes(serve: Any) -> None:
    server, port = serve()
    served = Served("picows", port)
    hanging = Wire(port)
    key = uuid4()
    hanging.send(request(f"/hang?id={key}"))
    async with served.connect("/echo") as one, served.connect("/echo") as two:
        async with served.connect(f"/heard?id={key}") as told:
            await told.recv()
        server.should_exit = True
        assert (await closing(one)).code == 1012
        assert (await closing(two)).code == 1012
    assert hanging.read_head()[0] == 503
    hanging.socket.close()
    await asyncio.to_thread(wait_until_gone, server)


# -- Memory


async def test_nothing_is_left_of_connections_however_they_end(
    serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(
        logging.CRITICAL, "uvicorn.error"
    )  # pytest's copies of logged tracebacks would keep objects alive
    server, port = serve()
    served = Served("picows", port)
    for path in ("/echo", "/direct", "/raise-after", "/return-after", "/close?code=4000"):
        for _ in range(5):
            async with served.connect(path) as socket:
                if path in ("/echo", "/direct"):
                    await socket.send("x")
                    await socket.recv()
    for said in (frame(TEXT, b"\xff"), frame(3), frame(BINARY, bytes(MAX_SIZE + 1)), close_frame(0)):
        with Wire(port) as wire:
            wire.open()
            wire.send(said)
            wire.read_to_end()
    with Wire(port) as wire:
        wire.open()
    for path in ("/refuse", "/respond", "/raise-before"):
        with Wire(port) as wire:
            wire.send(request(path))
            wire.read_head()
    await asyncio.to_thread(wait_until_gone, server)
    gc.collect()
    assert [left for left in gc.get_objects() if type(left) is Impatient] == []


async def test_sending_waits_for_a_peer_that_does_not_read(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/flood?id={key}")
        told = await how_it_ended(ours, key)
        assert told["waited"]
        assert told["sent"] * 65_536 < 32 << 20


async def test_reading_pauses_for_an_application_that_lags(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/lag?go={key}")
        wire.socket.setblocking(False)
        data = frame(BINARY, bytes(MAX_SIZE))
        sent = 0
        while select.select([], [wire.socket], [], 0.5)[1]:
            sent += wire.socket.send(data[sent % len(data) :])
            assert sent < 64 << 20
        wire.socket.setblocking(True)
        wire.socket.settimeout(WITHIN_S)
        async with ours.connect(f"/go?go={key}"):
            await asyncio.to_thread(wire.send, data[sent % len(data) :] + frame(TEXT, b"last"))
            count = sent // len(data) + 2  # the current message, perhaps one more, and the last
            assert await asyncio.to_thread(wire.read_frame) == (TEXT, b"%d" % count)


def test_of_many_pings_at_once_the_last_is_answered(serve: Any) -> None:
    _, port = serve()
    with Wire(port) as wire:
        wire.open()
        wire.send(b"".join(frame(PING, b"%d" % number) for number in range(20_000)) + frame(TEXT, b"end"))
        pongs = []
        while (heard := wire.read_frame())[0] == PONG:
            pongs.append(int(heard[1]))
        assert heard == (TEXT, b"end")
        assert pongs == sorted(pongs)
        assert pongs[-1] == 19_999
        assert len(pongs) < 2_000


def test_a_peer_that_pings_and_does_not_read_gets_no_pile_of_pongs(serve: Any) -> None:
    server, port = serve()
    with Wire(port) as wire:
        wire.open()
        (protocol,) = server.server_state.connections
        pings = frame(PING, bytes(125)) * 500
        for _ in range(400):
            wire.send(pings)
        assert protocol._transport.get_write_buffer_size() < 1 << 20


def test_a_flood_does_not_make_the_read_buffer_grow_for_good(serve: Any) -> None:
    async def busy(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})

        def heard(data: Any) -> None:
            if data == b"wait":
                time.sleep(0.05)  # block the loop, so that the kernel buffers data

        scope["extensions"]["realtime.direct"].set_on_text(heard)
        await receive()

    server, port = serve(busy)
    with Wire(port) as wire:
        wire.open()
        flood = frame(TEXT, b"wait") + frame(TEXT, b"x" * 100) * 50_000
        for _ in range(4):
            wire.send(flood)
        wire.send(frame(PING))
        assert wire.read_frame()[0] == PONG
        (protocol,) = server.server_state.connections
        assert len(protocol._transport.get_protocol().get_buffer(-1)) <= 1 << 18


# -- The access log


async def test_the_access_log_tells_the_path_and_never_the_query(
    caplog: pytest.LogCaptureFixture, serve: Any
) -> None:
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        _, port = serve()
        async with Served("picows", port).connect("/echo?token=secret"):
            pass
        with Wire(port) as wire:
            wire.send(request("/refuse?token=secret"))
            wire.read_head()
    told = [record.getMessage() for record in caplog.records if record.name == "uvicorn.access"]
    assert [line.split(" - ")[1] for line in told] == [
        '"WEBSOCKET /echo HTTP/1.1" 101',
        '"WEBSOCKET /refuse HTTP/1.1" 403',
    ]


# -- Other transports


async def test_everything_works_over_tls(serve: Any, certificate: Path) -> None:
    server, port = serve(ssl_keyfile=str(certificate), ssl_certfile=str(certificate))
    trusting = ssl.create_default_context(cafile=certificate)

    def connect(path: str) -> Any:
        url = f"wss://127.0.0.1:{port}{path}"
        return websockets.connect(url, ssl=trusting, compression=None, max_size=None, proxy=None)

    async with connect("/scöpe") as socket:
        assert json.loads(await socket.recv())["scheme"] == "wss"
    for path in ("/echo", "/direct"):
        async with connect(path) as socket:
            for message in ("hi", "ü" * 30_000, "x" * 65_536):
                await socket.send(message)
                assert await socket.recv() == message
    async with connect("/burst") as socket:
        for number in range(40):
            assert (await socket.recv()).startswith(f"{number} ")
    async with connect("/close?code=4401&reason=expired") as socket:
        received = await closing(socket)
        assert (received.code, received.reason) == (4401, "expired")
    async with connect("/echo") as socket:
        await socket.send("x" * 65_537)
        assert (await closing(socket)).code == 1009
    key = uuid4()
    async with connect(f"/lag?go={key}") as socket:
        for _ in range(500):
            await socket.send(b"x" * 1_000)
        async with connect(f"/go?go={key}"):
            await socket.send("last")
            assert await socket.recv() == "501"
    await asyncio.to_thread(wait_until_gone, server)


async def test_everything_works_over_a_unix_socket(serve: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "ws")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    serve(sock=listener)
    async with websockets.unix_connect(path, "ws://localhost/echo", compression=None) as client:
        for message in ("hi", "x" * 60_000):
            await client.send(message)
            assert await client.recv() == message


# -- The application's side of the interface


async def run_with(app: Any) -> Any:
    """Serve this application for one socket; return what the socket receives."""
    sock = listening()
    with uvicorn_thread(app, sock, **OURS, loop="uvloop") as (_, port):
        async with Served("picows", port).connect("/") as client:
            return await asyncio.wait_for(client.recv(), WITHIN_S)


async def test_receive_goes_on_telling_the_disconnect() -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "now leave"})
        heard = [await receive() for _ in range(3)]
        try:
            await send({"type": "websocket.send", "text": "too late"})
        except OSError as error:
            heard.append(type(error).__name__)
        loop.call_soon_threadsafe(told.put_nowait, heard)

    await run_with(app)
    *events, error = await asyncio.wait_for(told.get(), WITHIN_S)
    assert [event["code"] for event in events] == [1000, 1000, 1000]
    assert error == "ClientDisconnected"


async def test_a_receive_that_was_cancelled_loses_nothing() -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already waits"):
            await receive()
        waiting.cancel()
        await asyncio.sleep(0)
        await send({"type": "websocket.send", "text": "speak"})
        assert (await receive())["type"] == "websocket.disconnect"

    assert await run_with(app) == "speak"


@pytest.mark.parametrize("event", ["websocket.accept", "websocket.http.response.start", "websocket.nonsense"])
async def test_an_event_out_of_place_is_an_error(event: str) -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        with pytest.raises(RuntimeError, match=event):
            await send({"type": event})
        await send({"type": "websocket.send", "text": "told"})

    assert await run_with(app) == "told"


async def test_one_sockets_end_leaves_the_others_alone(ours: Served) -> None:
    async with ours.connect("/echo") as steady:
        for said in (frame(TEXT, b"\xff"), frame(3), b"\x81\xff" + b"\xff" * 12):
            with ours.wire() as wire:
                wire.open()
                wire.send(said)
                wire.read_to_end()
        with pytest.raises(ConnectionClosed):
            async with ours.connect("/raise-after") as failing:
                await failing.recv()
        await steady.send("still here")
        assert await steady.recv() == "still here"
