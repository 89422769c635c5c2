"""The opening handshake of RFC 6455 as bytes: validation of the request, and construction of the response."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha1
from http import HTTPStatus

Header = tuple[bytes, bytes]

MAX_HEAD = 16 * 1024
MAX_TARGET = 2 * 1024
KEY_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# A GET that no parser could read differently. Deliberately narrower than the RFC.
PLAIN_HEAD = re.compile(
    rb"GET /[!-~]* HTTP/1\.1\r\n(?:[0-9A-Za-z-]+: ?[!-~\x80-\xff][ !-~\x80-\xff]*\r\n)+\r\n"
)
PLAIN_CONNECTIONS = (b"\r\nconnection: upgrade\r\n", b"\r\nconnection: keep-alive, upgrade\r\n")
LINE_BREAKER = re.compile(rb"[\0\r\n]")


def is_plain(data: bytes) -> bool:
    """Return whether this is exactly the head of a WebSocket request in the form that clients use.

    An HTTP parser would pass it unchanged. False says nothing about validity.
    """
    if len(data) > MAX_HEAD or PLAIN_HEAD.fullmatch(data) is None:
        return False
    head = data.lower()
    return (
        b"\r\nupgrade: websocket\r\n" in head
        and any(connection in head for connection in PLAIN_CONNECTIONS)
        and head.count(b"\r\nconnection:") == head.count(b"\r\nupgrade:") == 1
        and b"\r\ncontent-length:" not in head
        and b"\r\ntransfer-encoding:" not in head
    )


def parse(head: bytes) -> tuple[bytes, bytes, list[Header]]:
    """Return the method, target and headers (names in lower case) of a head accepted by an HTTP parser."""
    request_line, *lines = head.split(b"\r\n")
    method, target, *_ = request_line.split(b" ")
    headers = []
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name.strip().lower(), value.strip()))
    return method, target, headers


def values(headers: list[Header], wanted: bytes) -> list[bytes]:
    """Return the values of every header with that name."""
    return [value for name, value in headers if name == wanted]


def fault(method: bytes, target: bytes, headers: list[Header]) -> int | None:
    """Return the HTTP status with which to refuse the request, or None if it is valid."""
    keys = values(headers, b"sec-websocket-key")
    if len(target) > MAX_TARGET:
        return 414
    if (
        method != b"GET"
        or not target.startswith(b"/")
        or len(values(headers, b"host")) != 1
        or len(keys) != 1
    ):
        return 400
    if values(headers, b"sec-websocket-version") != [b"13"]:
        return 426
    try:
        return None if len(b64decode(keys[0], validate=True)) == 16 else 400
    except ValueError:
        return 400


def accept_key(key: bytes) -> bytes:
    """Return the ``Sec-WebSocket-Accept`` value for the client's key."""
    return b64encode(sha1(key + KEY_SUFFIX).digest())


def phrase(status: int) -> bytes:
    """Return the reason phrase of a status; empty for an unknown one."""
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


def answer(status: int, headers: Iterable[Header], body: bytes = b"") -> bytes:
    """Return an HTTP response. Raises ``ValueError`` for a header with a line break."""
    lines = [b"HTTP/1.1 %d %s" % (status, phrase(status)), *(name + b": " + value for name, value in headers)]
    if any(LINE_BREAKER.search(line) for line in lines):
        raise ValueError("A header holds a line break.")
    return b"\r\n".join([*lines, b"", body])


def refusal(status: int, headers: Iterable[Header], body: bytes) -> bytes:
    """Return an HTTP response that closes the connection; plain text unless the headers say otherwise."""
    kept = [pair for pair in headers if pair[0].lower() not in (b"content-length", b"connection")]
    if all(name.lower() != b"content-type" for name, _ in kept):
        kept.append((b"content-type", b"text/plain; charset=utf-8"))
    return answer(status, [*kept, (b"content-length", b"%d" % len(body)), (b"connection", b"close")], body)
