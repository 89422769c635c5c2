"""People without an account who do the dearest thing that each door allows, in a process of their own: what
they cost their own machine must not count as the server's delay.

``python -m trials.anonymous BASE_URL COUNT SECONDS``: each comes from an address of its own, and keeps to one
door. In the end what was asked and answered is written as JSON: ``{door: {status or what else: times}}``.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

WITHIN_S = 10.0
QUOTED = quote("'token':'" + "\\" * 400 + "eyJ" * 200)
HALF_A_BODY = b"x" * 1_900_000
LOST = (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError, WebSocketException)


class Stranger:
    """Somebody at an address of their own."""

    def __init__(self, number: int, base_url: str) -> None:
        self.number = number
        self.address = f"198.18.{number // 250}.{number % 250 + 1}"
        self._at = urlsplit(base_url)
        self.told: dict[str, Counter[str]] = defaultdict(Counter)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection that is cut in the end."""
        reader, writer = await asyncio.open_connection(self._at.hostname, self._at.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    def request(self, method: str, path: str, body: bytes = b"", *, size: int | None = None) -> bytes:
        """The bytes of a request; ``size`` is what it says of its body."""
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self._at.netloc}\r\nX-Forwarded-For: {self.address}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body) if size is None else size}\r\n\r\n"
        ).encode() + body

    async def ask(self, door: str, method: str, path: str, body: object = None) -> None:
        """Ask, and wait for the answer's first line."""
        async with asyncio.timeout(WITHIN_S), self.connection() as (reader, writer):
            writer.write(self.request(method, path, b"" if body is None else json.dumps(body).encode()))
            self.told[door][(await reader.readline()).split()[1].decode()] += 1


async def guess(stranger: Stranger) -> None:
    wrong = {"username": f"nobody{stranger.number}", "password": "wrong"}
    await stranger.ask("guess", "POST", "/api/auth/login/", wrong)


async def register(stranger: Stranger) -> None:
    name = f"s{stranger.number}x{time.monotonic_ns() % 10**9}"
    account = {"username": name, "email": f"{name}@example.org", "password": "correct horse battery"}
    await stranger.ask("register", "POST", "/api/auth/register/", account)


async def guess_on_a_socket(stranger: Stranger) -> None:
    address = f"ws://{stranger._at.netloc}/ws"
    headers = {"X-Forwarded-For": stranger.address}
    async with (
        asyncio.timeout(WITHIN_S),
        connect(address, additional_headers=headers, compression=None, proxy=None, close_timeout=1) as socket,
    ):
        await socket.send('{"type": "auth_request", "username": "nobody", "password": "wrong"}')
        stranger.told["guess on a socket"][json.loads(await socket.recv())["code"]] += 1


async def be_logged(stranger: Stranger) -> None:
    await stranger.ask("be logged", "POST", f"/admin/{QUOTED}")


async def read_documents(stranger: Stranger) -> None:
    for path in ("/api/openapi.json", "/api/asyncapi.json", "/api/docs/events", "/admin/login/"):
        await stranger.ask("read documents", "GET", path)


async def hang_up(stranger: Stranger) -> None:
    async with stranger.connection() as (_, writer):
        writer.write(stranger.request("GET", "/api/openapi.json") * 8)
        await asyncio.sleep(0.05)
        stranger.told["hang up"]["gone"] += 1


async def never_read(stranger: Stranger) -> None:
    async with stranger.connection() as (_, writer):
        writer.write(stranger.request("GET", "/api/openapi.json") * 8)
        stranger.told["never read"]["asked"] += 1
        await asyncio.sleep(2)


async def send_half(stranger: Stranger) -> None:
    async with asyncio.timeout(WITHIN_S), stranger.connection() as (reader, writer):
        writer.write(stranger.request("POST", "/api/auth/guest/", HALF_A_BODY, size=len(HALF_A_BODY) + 1))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                stranger.told["send half"][(await reader.readline()).split()[1].decode()] += 1
                return
        stranger.told["send half"]["held"] += 1


DOORS: tuple[Callable[[Stranger], Awaitable[None]], ...] = (
    guess,
    register,
    guess_on_a_socket,
    be_logged,
    read_documents,
    hang_up,
    never_read,
    send_half,
)


async def main(base_url: str, count: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    strangers = [Stranger(number, base_url) for number in range(count)]

    async def keep_at_it(stranger: Stranger) -> None:
        door = DOORS[stranger.number % len(DOORS)]
        while time.monotonic() < until:
            try:
                await door(stranger)
            except (*LOST, IndexError):
                stranger.told[door.__name__.replace("_", " ")]["lost"] += 1
                await asyncio.sleep(0.1)

    await asyncio.gather(*map(keep_at_it, strangers))
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for stranger in strangers:
        for door, counts in stranger.told.items():
            told[door] += counts
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
