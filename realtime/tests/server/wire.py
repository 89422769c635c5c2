"""A raw WebSocket client, for bytes that no library would send."""

import os
import socket
import struct
from typing import Any, Self

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
WITHIN_S = 30.0
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def frame(
    opcode: Any,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    length: Any = None,
) -> bytes:
    """Return a client's frame; ``length`` forces the length field to 1, 2 or 8 bytes."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    size = len(payload)
    length = length or (1 if size < 126 else 2 if size < 65_536 else 8)
    flag = 0x80 if masked else 0
    head = bytes([first, flag | (size if length == 1 else 126 if length == 2 else 127)])
    head += b"" if length == 1 else struct.pack("!H" if length == 2 else "!Q", size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def close_frame(code: Any = None, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


def request(
    path: str = "/echo", *, method: str = "GET", headers: Any = None, without: tuple[Any, ...] = ()
) -> bytes:
    """Return the bytes of a handshake; ``headers`` replace the usual ones by name."""
    usual = {
        "Host": "127.0.0.1",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
    }
    merged = {**usual, **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in merged.items() if k not in without)]
    return "\r\n".join([*lines, "", ""]).encode()


class Wire:
    """A blocking connection; every read raises ``TimeoutError`` after 30 s."""

    def __init__(self, port: Any, sock: Any = None) -> None:
        self.socket = sock or socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.socket.close()

    def send(self, data: Any) -> None:
        self.socket.sendall(data)

    def read_head(self) -> tuple[int, dict[str, str]]:
        """Return the status and headers (lower case) of an HTTP response."""
        while b"\r\n\r\n" not in self.buffer:
            data = self.socket.recv(65_536)
            assert data, f"hung up within the head: {self.buffer!r}"
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(status.split()[1]), headers

    def open(self, path: str = "/echo", **options: Any) -> Any:
        self.send(request(path, **options))
        status, headers = self.read_head()
        assert status == 101
        return headers

    def read(self, size: Any) -> bytes:
        while len(self.buffer) < size:
            data = self.socket.recv(65_536)
            if not data:
                raise EOFError
            self.buffer += data
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def read_frame(self) -> tuple[Any, Any]:
        """Return the opcode and payload of the next frame, which must be unfragmented and unmasked."""
        first, size = self.read(2)
        assert first & 0xF0 == 0x80
        assert size < 128
        if size == 126:
            (size,) = struct.unpack("!H", self.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.read(8))
        return first & 0x0F, self.read(size)

    def read_to_end(self) -> tuple[list[tuple[Any, Any]], int | None]:
        """Read until the server closes the connection; return the other frames, and the close code if any."""
        frames, code = [], None
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == CLOSE:
                    assert code is None, "a second close frame"
                    code = int.from_bytes(payload[:2], "big") if payload else 1005
                else:
                    frames.append((opcode, payload))
        except (EOFError, ConnectionError):
            return frames, code
