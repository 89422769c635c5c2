"""A small HTTP/1.1 client, fast enough to load a server: one request at a time on each connection."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import httptools
import msgspec


class Answer(NamedTuple):
    """Status and body of a response."""

    status: int
    body: bytes

    def require(self, request: bytes) -> None:
        """Raise ``UnexpectedAnswer`` if this is no success."""
        if not 200 <= self.status < 300:
            line = request.split(b"\r\n", 1)[0].decode()
            raise UnexpectedAnswer(f"{line}: {self.status} {self.body[:500].decode(errors='replace')}")


class UnexpectedAnswer(Exception):
    """A server's answer does not fit the benchmark."""


class Connection(asyncio.Protocol):
    """A persistent connection."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the connection"))

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body, self._body = self._body, b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), body))

    async def send(self, request: bytes) -> Answer:
        """Return the answer to a :func:`request`; raises :class:`ConnectionError` without one."""
        if self.transport.is_closing():
            raise ConnectionError("the server closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


def request(method: str, path: str, *, token: str = "", body: object = None) -> bytes:
    """Return the bytes of a request, with ``body`` as JSON."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is None and method == "GET":
        return f"{head}\r\n".encode()
    content = msgspec.json.encode(body if body is not None else {})
    return (
        f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
    )


@asynccontextmanager
async def connections(base_url: str, count: int) -> AsyncIterator[list[Connection]]:
    """Yield ``count`` open connections, and close them."""
    loop, address = asyncio.get_running_loop(), urlsplit(base_url)
    opened: list[Connection] = []
    try:
        for _ in range(count):
            _, connection = await loop.create_connection(
                Connection, str(address.hostname), address.port or 80
            )
            opened.append(connection)
        yield opened
    finally:
        for connection in opened:
            connection.transport.close()


async def ask_all(base_url: str, requests: Iterable[bytes], *, at_once: int = 16) -> list[Any]:
    """Return the decoded JSON answers to all requests, in order; raises UnexpectedAnswer for an error."""
    numbered = enumerate(requests)
    answers: dict[int, Any] = {}

    async def work(connection: Connection) -> None:
        for number, each in numbered:
            answer = await connection.send(each)
            answer.require(each)
            answers[number] = msgspec.json.decode(answer.body) if answer.body else None

    async with connections(base_url, at_once) as pool, asyncio.TaskGroup() as workers:
        for connection in pool:
            workers.create_task(work(connection))
    return [answers[number] for number in sorted(answers)]
