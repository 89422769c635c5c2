"""An ASGI application that runs Django's WSGI handler: one thread hop per request, on bounded threads.

Django's own ASGI handler creates a thread, and with it a database connection, for each request, and hops
between threads for each middleware: with the same views on one core its throughput is a third to a seventh.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from io import BytesIO
from typing import Any

from core.asgi import Send, send_response
from core.lanes import Lane
from core.problems import problem, refusal_response
from core.refusals import TooLarge, Unavailable

PART = 64 * 1024
"""Bodies are sent in parts of this size: no more of one is in memory for a client that reads slowly."""

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Scope = dict[str, Any]
Receive = Callable[[], Any]

logger = logging.getLogger("realtime.server")


class _ClientGone(Exception):
    """The client disconnected before the whole response was sent."""


class _File:
    """PEP 3333's ``wsgi.file_wrapper``: a file as a response."""

    def __init__(self, file: Any, _block_size: int = 0) -> None:
        self._file = file

    def read(self) -> bytes:
        """Return the next part; the last one is shorter than ``PART``. The file is closed after it."""
        try:
            part: bytes = self._file.read(PART)
        except BaseException:
            self.close()
            raise
        if len(part) < PART:
            self.close()
        return part

    def close(self) -> None:
        if hasattr(self._file, "close"):
            self._file.close()


class WSGIBridge:
    """ASGI ``http`` around a WSGI callable.

    ``lane_of`` says for each request in whose threads it runs; what finds no place there, or no memory for
    its response, is answered 503 with ``Retry-After``. A body of more than ``max_body`` bytes is answered 413
    and not kept. A request whose client leaves while it waits is not run. While a client reads a file or a
    whole body, however slowly, it keeps no thread.
    """

    def __init__(
        self, application: WSGIApplication, lane_of: Callable[[Scope], Lane], *, max_body: int = 2 << 20
    ) -> None:
        self.application = application
        self.lane_of = lane_of
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. An exception raised before the response starts becomes a 500."""
        lane = self.lane_of(scope)
        room = _Room(lane, self.max_body)
        try:
            environ = _environ(scope, await room.read(scope, receive))
            await self._answer(scope, environ, lane, receive, send)
        except _ClientGone:
            return
        except TooLarge as refusal:
            await send_response(send, refusal_response(refusal))
        except Unavailable as refusal:
            response = refusal_response(refusal)
            if not room.is_whole:
                # Or the connection would have to take, for nothing, what is still to come.
                response["Connection"] = "close"
            await send_response(send, response)
        finally:
            room.leave()

    async def _answer(
        self, scope: Scope, environ: dict[str, Any], lane: Lane, receive: Receive, send: Send
    ) -> None:
        response = _Response(self.application, environ, receive, send)
        has_to_wait = lane.is_full
        running: Future[bytes | None] = lane.submit(response.run)
        if has_to_wait:
            response.watch_client(running)
        try:
            whole = await asyncio.wrap_future(running)
            if whole is not None:
                with lane.sending(len(whole)):
                    await response.start()
                    await response.send(whole, lane)
        except asyncio.CancelledError:
            if response.is_gone:
                return
            raise
        except _ClientGone:
            return
        except Unavailable:
            raise
        except Exception:
            if response.started:
                raise
            logger.exception("Exception in %s %s", scope["method"], scope["path"])
            await send_response(send, problem(500, "This is our fault, and has been noted."))
            return
        finally:
            response.done()


class _Room:
    """The room that the body of one request takes in its lane."""

    def __init__(self, lane: Lane, most: int) -> None:
        self.is_whole = False
        self._lane = lane
        self._most = most
        self._size = 0

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body. Raises ``TooLarge``, and what the lane raises when it has no room."""
        too_large = TooLarge(f"A request body has at most {self._most} bytes.")
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self._most:
                raise too_large
        parts: list[bytes] = []
        while not self.is_whole:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise _ClientGone
            part = event.get("body", b"")
            size = self._size + len(part)
            if size > self._most:
                raise too_large
            self._lane.hold(self._size, size)
            self._size = size
            parts.append(part)
            self.is_whole = not event.get("more_body", False)
        return b"".join(parts)

    def leave(self) -> None:
        """The body is not kept any more."""
        self._lane.let_go(self._size)


class _Response:
    """One run of the application: ``run`` in a thread, the rest on the event loop."""

    def __init__(
        self, application: WSGIApplication, environ: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        self.started = False
        self._application = application
        self._environ = environ
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._file: _File | None = None
        self.is_gone = False
        self._watch: asyncio.Task[None] | None = None

    def watch_client(self, running: Future[bytes | None] | None = None) -> None:
        """Notice when the client leaves; ``running``, if it has not begun by then, is given up."""
        if self._watch is None:
            self._watch = self._loop.create_task(self._watch_client(running))

    def run(self) -> bytes | None:
        """Return the whole body, the first part of a file, or ``None`` for a stream.

        Of a stream, each part is sent before the next is made.
        """
        response = self._application(self._environ, self._start_response)
        if isinstance(response, _File) and self._environ["REQUEST_METHOD"] != "HEAD":
            self._file = response
            return response.read()
        try:
            if self._environ["REQUEST_METHOD"] == "HEAD":
                return b""
            if isinstance(response, list | tuple) or getattr(response, "streaming", True) is False:
                return b"".join(response)
            for part in _with_end(response):
                asyncio.run_coroutine_threadsafe(self._send_part(part), self._loop).result()
            return None
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._head = int(status[:3]), encoded
        return _write

    async def start(self) -> None:
        """Send the head."""
        if self._head is None:
            raise RuntimeError("The application made a body before calling start_response().")
        self.started = True
        status, headers = self._head
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, body: bytes, lane: Lane) -> None:
        """Send the body, or a file whose first part it is, in parts."""
        if self._file is not None and len(body) == PART:
            self.watch_client()
            await self._send_file(self._file, body, lane)
            return
        rest = memoryview(body)
        while len(rest) > PART:
            await self._send({"type": "http.response.body", "body": rest[:PART], "more_body": True})
            rest = rest[PART:]
        await self._send({"type": "http.response.body", "body": rest})

    async def _send_file(self, file: _File, part: bytes, lane: Lane) -> None:
        while len(part) == PART:
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
            if self.is_gone:
                lane.submit(file.close, is_begun=True)
                return
            part = await asyncio.wrap_future(lane.submit(file.read, is_begun=True))
        await self._send({"type": "http.response.body", "body": part})

    async def _send_part(self, part: bytes | None) -> None:
        if not self.started:
            self.watch_client()
            await self.start()
        if self.is_gone:
            raise _ClientGone
        await self._send({"type": "http.response.body", "body": part or b"", "more_body": part is not None})

    async def _watch_client(self, running: Future[bytes | None] | None) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True
        if running is not None:
            running.cancel()

    def done(self) -> None:
        """End the response."""
        self.is_gone = True
        if self._watch is not None:
            self._watch.cancel()


def _with_end(parts: Iterable[bytes]) -> Iterator[bytes | None]:
    """Yield the parts, then ``None``."""
    yield from parts
    yield None


def _write(data: bytes) -> None:
    raise NotImplementedError("The write() of start_response() is not offered; return the body.")


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """Return the request as PEP 3333 requires it: text whose characters stand for bytes (Latin-1)."""
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root.encode().decode("latin-1"),
        "PATH_INFO": (path[len(root) :] if path.startswith(root) else path).encode().decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _File,
        "asgi.scope": scope,
    }
    for name, value in scope["headers"]:
        # Skipped: "X_Real_IP" would become the same key as "X-Real-IP", which a proxy in front may vouch for.
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    # The body has been received completely and decoded, whatever the transfer encoding.
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ
