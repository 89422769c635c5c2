"""The users of a trial: guests with HTTP clients, and sockets that reconnect."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from gameplatform.testing.processes import ServerProcess
from trials.history import History, Refused, Unknown

WITHIN_S = 15.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
COME_BACK_AFTER = frozenset({1001, 1006, 1009, 1012, 1013, 4408, 4429})

Frame = dict[str, Any]


class Person:
    """A guest with a token. ``name`` is unique in the trial."""

    def __init__(self, name: str, http: httpx.AsyncClient, servers: Sequence[ServerProcess]) -> None:
        self.name = name
        self.servers = servers
        self._http = http
        self.id = 0
        self.token = self.refresh = ""

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        server: ServerProcess | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send a request to this server or any; return the parsed answer.

        Raises ``Refused``, or ``Unknown`` if there was no answer.
        """
        base_url = (server or random.choice(self.servers)).base_url
        headers = {"Authorization": f"Bearer {self.token}"} | (headers or {}) if self.token else headers
        try:
            answer = await self._http.request(method, f"{base_url}{path}", json=body, headers=headers)
        except httpx.TransportError as problem:
            raise Unknown(type(problem).__name__) from None
        if answer.is_success:
            return answer.json() if answer.content else None
        kind = answer.headers.get("content-type", "")
        code = answer.json()["code"] if kind == "application/problem+json" else "no problem+json"
        # A server that lost its database during a commit cannot know either.
        raise (Refused if answer.status_code < 500 else Unknown)(f"{answer.status_code} {code}")

    async def sign_up(self) -> None:
        """Sign up as a guest."""
        while True:
            try:
                made = await self.ask("POST", "/api/auth/guest/", {})
            except Unknown:
                await asyncio.sleep(0.2)
                continue
            self.id, self.token, self.refresh = made["user"]["id"], made["access"], made["refresh"]
            return


def visitors() -> httpx.AsyncClient:
    """Return the HTTP client shared by all users of a trial."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    return httpx.AsyncClient(limits=limits, timeout=WITHIN_S)


async def crowd(
    count: int, http: httpx.AsyncClient, servers: Sequence[ServerProcess], name: str = "guest"
) -> list[Person]:
    """Sign up ``count`` guests."""
    people = [Person(f"{name}-{number}", http, servers) for number in range(count)]
    await some_at_a_time((person.sign_up() for person in people), 32)
    return people


async def some_at_a_time(jobs: Iterable[Any], width: int) -> None:
    """Await all jobs, at most ``width`` at a time."""
    waiting = iter(jobs)

    async def work() -> None:
        for job in waiting:
            await job

    async with asyncio.TaskGroup() as workers:
        for _ in range(width):
            workers.create_task(work())


class Line:
    """A user's socket that reconnects like the official clients.

    It does so after retryable codes, with full jitter, and resumes. It records an operation ``connect`` for
    each attempt, ok with its first frame, and ``lost`` with the close code.
    """

    def __init__(
        self,
        history: History,
        person: Person,
        path: str,
        hear: Callable[[Frame], None] = lambda frame: None,
        *,
        servers: Sequence[ServerProcess] = (),
        query: Mapping[str, str] | None = None,
        subprotocol: str = "",
    ) -> None:
        self.person = person
        self.path = path
        self.subprotocol = subprotocol
        self._query = dict(query or {})
        self.servers = servers or person.servers
        self.is_open = asyncio.Event()
        self.lost = asyncio.Event()
        self.seq: int | None = None
        self._history = history
        self._hear = hear
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and stay connected; return after the first frame."""
        self._task = asyncio.create_task(self._stay(), name=f"line of {self.person.name}")
        opened = asyncio.create_task(self.is_open.wait())
        await asyncio.wait({self._task, opened}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if not self.is_open.is_set():
            self._task.result()
            raise RuntimeError(f"{self.path} was refused to {self.person.name}")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def cut(self) -> None:
        """Drop the connection without a close frame."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def send(self, **message: Any) -> None:
        """Send a message; raises ``Unknown`` if the socket is lost."""
        if self._socket is None:
            raise Unknown("not connected")
        try:
            await self._socket.send(msgspec.json.encode(message).decode())
        except ConnectionClosed as closed:
            raise Unknown(f"lost {_code(closed)}") from None

    def message(self, data: str | bytes) -> Frame:
        """Return the message of a frame."""
        frame: Frame = msgspec.json.decode(data)
        return frame

    async def _stay(self) -> None:
        failed = 0
        while True:
            code = await self._be_connected()
            failed = 0 if self.is_open.is_set() else failed + 1
            self.is_open.clear()
            self.lost.set()
            if code not in COME_BACK_AFTER:
                self._history.seen(self.person.name, "ended", path=self.path, code=code)
                return
            await asyncio.sleep(random.uniform(0, min(FIRST_WAIT_S * 2**failed, LONGEST_WAIT_S)))

    async def _be_connected(self) -> int:
        """Handle one connection from beginning to end; return the close code."""
        code = 1006
        with self._history.operation(self.person.name, "connect", path=self.path) as operation:
            try:
                async with asyncio.timeout(WITHIN_S):
                    socket = await self._dial()
                    first = self.message(await socket.recv())
            except ConnectionClosed as closed:
                code = _code(closed)
                raise Refused(str(code)) from None
            except (OSError, InvalidHandshake, TimeoutError) as problem:
                raise Unknown(type(problem).__name__) from None
            operation.told |= {"type": first["type"], "recovered": first.get("recovered")}
            self._socket = socket
        if self._socket is None:
            return code
        self._take(first)
        self.lost.clear()
        self.is_open.set()
        try:
            while True:
                self._take(self.message(await self._socket.recv()))
        except ConnectionClosed as closed:
            code = _code(closed)
            self._history.seen(self.person.name, "lost", path=self.path, code=code)
        finally:
            await self._let_go()
        return code

    async def _dial(self) -> ClientConnection:
        """Connect to any server that is up, like a load balancer."""
        query = self._query if self.seq is None else {**self._query, "since": str(self.seq)}
        asked = f"?{urlencode(query)}" if query else ""
        for server in random.sample(self.servers, len(self.servers)):
            with contextlib.suppress(ConnectionRefusedError):
                return await connect(
                    f"{server.ws_url}{self.path}{asked}",
                    subprotocols=[Subprotocol(self.subprotocol)] if self.subprotocol else None,
                    additional_headers={"Authorization": f"Bearer {self.person.token}"},
                    ping_interval=None,
                    close_timeout=1,
                    compression=None,
                    proxy=None,
                )
        raise ConnectionRefusedError

    async def _let_go(self) -> None:
        if self._socket is not None:
            socket, self._socket = self._socket, None
            await socket.close()

    def _take(self, frame: Frame) -> None:
        if frame["type"] not in ("game_tick", "resumed"):
            self.seq = frame.get("seq", self.seq)
        self._hear(frame)


def _code(closed: ConnectionClosed) -> int:
    return closed.rcvd.code if closed.rcvd is not None else 1006


async def open_all(lines: Iterable[Line]) -> None:
    """Open all lines, some at a time."""
    await some_at_a_time((line.open() for line in lines), 64)


async def close_all(lines: Iterable[Line]) -> None:
    await asyncio.gather(*(line.close() for line in lines))


async def figures_of(server: ServerProcess, http: httpx.AsyncClient) -> dict[str, float]:
    """Return the values of ``/metrics``, summed by name."""
    totals: dict[str, float] = {}
    for line in (await http.get(f"{server.base_url}/metrics")).text.splitlines():
        if not line.startswith("#"):
            labelled, _, value = line.rpartition(" ")
            name = labelled.partition("{")[0]
            totals[name] = totals.get(name, 0) + float(value)
    return totals
