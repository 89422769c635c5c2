"""RFC 6455 on the wire: strict for our protocol; for the other servers, nothing hangs or breaks."""

from typing import Any

import pytest

from realtime.tests.server.conftest import Served
from realtime.tests.server.wire import (
    BINARY,
    CONTINUATION,
    KEY,
    PING,
    PONG,
    TEXT,
    close_frame,
    frame,
    request,
)

OVER = 65_537

# The client's bytes, and the expected close code.
VIOLATIONS = {
    "reserved bit 1": (frame(TEXT, b"x", rsv=4), 1002),
    "reserved bit 2": (frame(TEXT, b"x", rsv=2), 1002),
    "reserved bit 3 on a ping": (frame(PING, b"x", rsv=1), 1002),
    "opcode 3": (frame(3, b"x"), 1002),
    "opcode 7": (frame(7), 1002),
    "opcode 11": (frame(11), 1002),
    "opcode 15": (frame(15), 1002),
    "an unmasked text": (frame(TEXT, b"x", masked=False), 1002),
    "an unmasked ping": (frame(PING, masked=False), 1002),
    "a fragmented ping": (frame(PING, b"x", fin=False), 1002),
    "a fragmented close": (frame(8, b"", fin=False), 1002),
    "a ping of 126 bytes": (frame(PING, bytes(126)), 1002),
    "a pong of 126 bytes": (frame(PONG, bytes(126)), 1002),
    "a close of 126 bytes": (close_frame(1000, b"x" * 124), 1002),
    "a continuation of nothing": (frame(CONTINUATION, b"x"), 1002),
    "an unfinished continuation of nothing": (frame(CONTINUATION, b"x", fin=False), 1002),
    "a text within a fragmented text": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "a binary within a fragmented text": (frame(TEXT, b"a", fin=False) + frame(BINARY, b"b"), 1002),
    "a length of 2 bytes for 5": (frame(TEXT, b"hello", length=2), 1002),
    "a length of 8 bytes for 5": (frame(TEXT, b"hello", length=8), 1002),
    "a length with its highest bit set": (b"\x81\xff" + b"\xff" * 8 + bytes(4), 1002),
    "text that is no UTF-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "text that ends within a character": (frame(TEXT, "ü".encode()[:1]), 1007),
    "a surrogate in UTF-8": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "text overlong in UTF-8": (frame(TEXT, b"\xc0\xaf"), 1007),
    "no UTF-8 over two fragments": (frame(TEXT, b"\xce", fin=False) + frame(CONTINUATION, b"x"), 1007),
    "a reason that is no UTF-8": (close_frame(1000, b"\xff"), 1007),
    "a close of one byte": (frame(8, b"\x03"), 1002),
    "close code 0": (close_frame(0), 1002),
    "close code 999": (close_frame(999), 1002),
    "close code 1004": (close_frame(1004), 1002),
    "close code 1005": (close_frame(1005), 1002),
    "close code 1006": (close_frame(1006), 1002),
    "close code 1015": (close_frame(1015), 1002),
    "close code 2999": (close_frame(2999), 1002),
    "close code 5000": (close_frame(5000), 1002),
    "close code 65535": (close_frame(65_535), 1002),
}
OVERSIZE = {
    "a text over the limit": frame(TEXT, b"x" * OVER),
    "a binary over the limit": frame(BINARY, bytes(OVER)),
    "only the head of a huge frame": b"\x82\xff" + (1 << 40).to_bytes(8, "big") + bytes(4),
    "fragments that are together over the limit": (
        frame(TEXT, b"x" * 40_000, fin=False) + frame(CONTINUATION, b"x" * 40_000, fin=False)
    ),
    "fragments over the limit with a ping between": (
        frame(TEXT, b"x" * 60_000, fin=False) + frame(PING) + frame(CONTINUATION, b"x" * 6_000)
    ),
}
VALID_CLOSES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4401, 4999]


def assert_still_serving(server: Any) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(frame(TEXT, b"still there"))
        assert wire.read_frame() == (TEXT, b"still there")


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_closes_with_its_code(server: Served, name: str) -> None:
    said, code = VIOLATIONS[name]
    with server.wire() as wire:
        wire.open()
        if server.can("strict"):
            wire.send(said)
            assert wire.read_to_end() == ([], code)
        else:
            wire.send(said + close_frame(1000))
            wire.read_to_end()
            assert_still_serving(server)


@pytest.mark.parametrize("name", OVERSIZE)
def test_a_message_over_the_limit_closes_with_1009(server: Served, name: str) -> None:
    if not server.can("limit"):
        pytest.xfail(f"{server.name} has no limit; only uvicorn is for production")
    with server.wire() as wire:
        wire.open()
        wire.send(OVERSIZE[name])
        frames, code = wire.read_to_end()
        assert code == 1009
        assert [kind for kind, _ in frames if kind != PONG] == []


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
def test_messages_up_to_the_limit_come_back(server: Served, size: int) -> None:
    if size == 0 and not server.can("empty"):
        pytest.xfail(f"{server.name} does not send empty messages")
    with server.wire() as wire:
        wire.open()
        wire.send(frame(BINARY, b"x" * size))
        assert wire.read_frame() == (BINARY, b"x" * size)


@pytest.mark.parametrize("code", VALID_CLOSES)
def test_a_valid_close_is_answered_with_its_code(server: Served, code: int) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(close_frame(code, b"so long"))
        frames, answered = wire.read_to_end()
        assert frames == []
        assert answered in ({code} if server.can("strict") else {code, 1000, 1002, None})


def test_a_close_without_code_is_answered(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(close_frame())
        assert wire.read_to_end() in (([], 1000), ([], 1005))


def test_control_frames_may_stand_between_fragments(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(frame(TEXT, b"one ", fin=False) + frame(PING, b"p1") + frame(CONTINUATION, b"", fin=False))
        assert wire.read_frame() == (PONG, b"p1")
        wire.send(frame(PONG, b"unasked") + frame(PING, b"p2") + frame(CONTINUATION, b"two"))
        assert wire.read_frame() == (PONG, b"p2")
        assert wire.read_frame() == (TEXT, b"one two")


def test_a_character_may_be_cut_by_fragments(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        die = "🎲".encode()
        wire.send(frame(TEXT, die[:1], fin=False) + frame(CONTINUATION, die[1:]))
        assert wire.read_frame() == (TEXT, die)


def test_frames_may_come_byte_by_byte(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        for said, answered in ((TEXT, TEXT), (PING, PONG), (BINARY, BINARY)):
            for byte in frame(said, b"slowly"):
                wire.send(bytes([byte]))
            assert wire.read_frame() == (answered, b"slowly")


def test_many_frames_may_come_in_one_piece(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(b"".join(frame(TEXT, b"%d" % number) for number in range(500)))
        for number in range(500):
            assert wire.read_frame() == (TEXT, b"%d" % number)


def test_what_comes_before_a_violation_is_delivered_and_nothing_after(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(frame(TEXT, b"good") + frame(TEXT, b"bad", rsv=4) + frame(TEXT, b"after"))
        frames, _ = wire.read_to_end()
        assert frames in ([(TEXT, b"good")], [])


def test_nothing_is_sent_after_the_close_frame(server: Served) -> None:
    with server.wire() as wire:
        wire.open()
        wire.send(close_frame(1000) + frame(PING, b"late") + frame(TEXT, b"late"))
        frames, code = wire.read_to_end()
        assert (frames, code) == ([], 1000)


HANDSHAKES: dict[str, tuple[dict[str, Any], int]] = {
    "version 8": ({"headers": {"Sec-WebSocket-Version": "8"}}, 426),
    "no version": ({"without": ["Sec-WebSocket-Version"]}, 426),
    "no key": ({"without": ["Sec-WebSocket-Key"]}, 400),
    "a short key": ({"headers": {"Sec-WebSocket-Key": "c2hvcnQ="}}, 400),
    "a key that is no base64": ({"headers": {"Sec-WebSocket-Key": "!" * 24}}, 400),
    "two keys": ({"headers": {"sec-websocket-key": KEY}}, 400),
    "no host": ({"without": ["Host"]}, 400),
    "a POST": ({"method": "POST", "headers": {"Content-Length": "0"}}, 400),
    "a head of 17 KiB": ({"headers": {"X-Long": "x" * 17_000}}, 431),
    "a target of 2 KiB": ({"path": "/" + "x" * 2_048}, 414),
    "an absolute target": ({"path": "http://127.0.0.1/echo"}, 400),
}


@pytest.mark.parametrize("name", HANDSHAKES)
def test_a_bad_handshake_is_refused(server: Served, name: str) -> None:
    options, expected = HANDSHAKES[name]
    with server.wire() as wire:
        wire.send(request(**options))
        if server.can("strict"):
            status, headers = wire.read_head()
            assert status == expected
            assert headers["connection"] == "close"
            if status == 426:
                assert headers["sec-websocket-version"] == "13"
    assert_still_serving(server)


@pytest.mark.parametrize("connection", ["keep-alive, Upgrade", "upgrade", "Upgrade, keep-alive", "UPGRADE"])
def test_every_browsers_connection_header_is_taken(server: Served, connection: str) -> None:
    with server.wire() as wire:
        headers = wire.open(headers={"Connection": connection})
        assert headers["upgrade"].lower() == "websocket"
        assert headers["connection"].lower() == "upgrade"
        assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_truncated_handshake_leaves_nothing_behind(server: Served) -> None:
    with server.wire() as wire:
        wire.send(request()[:60])
    assert_still_serving(server)
