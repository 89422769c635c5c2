"""The direct interface: plain functions in place of ASGI events."""

import logging
from typing import Any
from uuid import uuid4

import pytest

from realtime.tests.server.conftest import Served
from realtime.tests.server.test_sockets import closing, how_it_ended
from realtime.tests.server.wire import BINARY, CONTINUATION, PING, PONG, TEXT, frame


async def test_only_our_server_has_the_door(server: Served) -> None:
    if server.can("direct"):
        async with server.connect("/direct") as socket:
            await socket.send("hi")
            assert await socket.recv() == "hi"
    else:
        async with server.connect("/direct") as socket:
            await closing(socket)


async def test_text_goes_to_the_function_and_the_rest_to_receive(ours: Served) -> None:
    async with ours.connect("/direct") as socket:
        for message in ("hi", "", "Grüße 🎲", "x" * 65_000):
            await socket.send(message)
            assert await socket.recv() == message
        await socket.send(b"bytes")
        assert await socket.recv() == b"not text: bytes"


def test_fragments_and_pings_between_work_too(ours: Served) -> None:
    with ours.wire() as wire:
        wire.open("/direct")
        wire.send(frame(TEXT, b"one ", fin=False) + frame(PING, b"p") + frame(CONTINUATION, b"two"))
        assert wire.read_frame() == (PONG, b"p")
        assert wire.read_frame() == (TEXT, b"one two")


@pytest.mark.parametrize(("said", "code"), [(b"\xff", 1007), (b"\xc0\xaf", 1007), ("ü".encode()[:1], 1007)])
def test_text_that_is_no_utf8_never_reaches_the_function(ours: Served, said: Any, code: int) -> None:
    with ours.wire() as wire:
        wire.open("/direct")
        wire.send(frame(TEXT, said))
        assert wire.read_to_end() == ([], code)


async def test_what_came_before_the_function_is_handed_on_in_order(ours: Served) -> None:
    key = uuid4()
    async with ours.connect(f"/direct/late?go={key}") as socket:
        assert await socket.recv() == "accepted"
        for number in range(100):
            await socket.send(str(number))
        async with ours.connect(f"/go?go={key}"):
            await socket.send("last")
            heard = [await socket.recv() for _ in range(101)]
        assert heard == [*map(str, range(100)), "last"]


async def test_a_function_that_raises_ends_its_socket_and_no_other(
    ours: Served, caplog: pytest.LogCaptureFixture
) -> None:
    key = uuid4()
    async with ours.connect("/direct") as steady:
        with caplog.at_level(logging.ERROR, "uvicorn.error"):
            async with ours.connect(f"/direct/fail?id={key}") as socket:
                await socket.send("x")
                assert (await closing(socket)).code == 1011
            assert (await how_it_ended(ours, key))["code"] == 1011
        assert "a planted fault" in caplog.text
        await steady.send("still here")
        assert await steady.recv() == "still here"


async def test_a_close_has_its_code_and_nothing_follows(ours: Served) -> None:
    key = uuid4()
    async with ours.connect(f"/direct/close?id={key}") as socket:
        received = await closing(socket)
        assert (received.code, received.reason) == (4401, "expired")
    assert await how_it_ended(ours, key) == {"code": 4401, "reason": "expired"}


async def test_a_slow_socket_says_so_and_tells_when_it_has_drained(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/direct/flood?id={key}")
        sent = (await how_it_ended(ours, key))["sent"]
        for _ in range(sent):
            assert wire.read_frame() == (TEXT, b"x" * 65_536)
        assert wire.read_frame() == (TEXT, b"drained %d" % sent)


async def test_a_socket_is_slow_before_much_of_what_nobody_reads_is_sent(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/direct/flood?id={key}")

        # 64 KiB each. Frames that the kernel has accepted can no longer be replaced.
        assert (await how_it_ended(ours, key))["sent"] < 10


async def test_what_piles_up_for_a_slow_peer_stays_whole(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/direct/pile?id={key}")
        await how_it_ended(ours, key)
        for number in range(600):
            assert wire.read_frame() == (TEXT, b"x" * 20_000)
            assert wire.read_frame() == (TEXT, b"%d" % number)


async def test_reading_can_be_held_and_goes_on_where_it_was(ours: Served) -> None:
    key = uuid4()
    with ours.wire() as wire:
        wire.open(f"/direct/pause?go={key}")
        wire.send(frame(TEXT, b"first"))
        size = 300
        wire.send(b"".join(frame(TEXT, bytes([97]) * 1_000) for _ in range(size)))
        wire.send(frame(TEXT, b"last"))
        async with ours.connect(f"/go?go={key}"):
            before = int(wire.read_frame()[1].split()[1])
            assert before < size
            assert wire.read_frame() == (TEXT, b"%d" % (size + 2))


async def test_a_binary_message_does_not_reach_the_function(ours: Served) -> None:
    with ours.wire() as wire:
        wire.open("/direct")
        wire.send(frame(BINARY, b"\xff"))
        assert wire.read_frame() == (BINARY, b"not text: \xff")
