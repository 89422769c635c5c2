"""An ASGI application that runs Django's WSGI handler: one thread hop a request, on a bounded pool.

Django's own ASGI handler makes a thread, and with it a database connection, for each request, and hops
between threads for each middleware: with the same views on one core it answers a third to a seventh of this.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any

from core.asgi import Send, send_whole
from core.problems import problem, refused
from core.refusals import TooLarge, Unavailable
from realtime import metrics

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Scope = dict[str, Any]
Receive = Callable[[], Any]

logger = logging.getLogger("realtime.server")


class _ClientGone(Exception):
    """Nobody is there to take the rest of a response."""


class WSGIBridge:
    """ASGI ``http`` around a WSGI callable.

    At most ``threads`` requests run at once and ``max_waiting`` more wait for a thread; beyond that the
    answer is 503 with ``Retry-After``. A body of more than ``max_body`` bytes is answered 413 and not kept.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        threads: int = 8,
        max_waiting: int = 256,
        max_body: int = 2 << 20,
    ) -> None:
        self.application = application
        self.max_body = max_body
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._places = BoundedSemaphore(threads + max_waiting)
        metrics.http_waiting.set_function(self.pool._work_queue.qsize)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What the application raises before it answers becomes a 500."""
        try:
            body = await self._read_body(scope, receive)
        except _ClientGone:
            return
        except TooLarge as refusal:
            await send_whole(send, refused(refusal))
            return
        if not self._places.acquire(blocking=False):
            metrics.http_rejected.inc()
            await send_whole(send, refused(Unavailable("The server is busy.", retry_after=1)))
            return
        response = _Response(self.application, _environ(scope, body), receive, send)
        running: Future[bytes | None] = self.pool.submit(response.run)
        running.add_done_callback(lambda _: self._places.release())
        try:
            whole = await asyncio.wrap_future(running)
        except _ClientGone:
            return
        except Exception:
            if response.started:
                raise
            logger.exception("Exception in %s %s", scope["method"], scope["path"])
            await send_whole(send, problem(500, "This is our fault, and has been noted."))
            return
        finally:
            response.done()
        if whole is not None:
            await response.start()
            await send({"type": "http.response.body", "body": whole})

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        too_large = TooLarge(f"A request body has at most {self.max_body} bytes.")
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self.max_body:
                raise too_large
        parts: list[bytes] = []
        size = 0
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise _ClientGone
            parts.append(event.get("body", b""))
            size += len(parts[-1])
            if size > self.max_body:
                raise too_large
            if not event.get("more_body", False):
                return b"".join(parts)


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
        self._gone = False
        self._watch: asyncio.Task[None] | None = None

    def run(self) -> bytes | None:
        """The whole body, or ``None`` if it was streamed: each part sent before the next is made."""
        response = self._application(self._environ, self._start_response)
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

    async def _send_part(self, part: bytes | None) -> None:
        if not self.started:
            self._watch = self._loop.create_task(self._watch_client())
            await self.start()
        if self._gone:
            raise _ClientGone
        await self._send({"type": "http.response.body", "body": part or b"", "more_body": part is not None})

    async def _watch_client(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True

    def done(self) -> None:
        """No part will follow."""
        self._gone = True
        if self._watch is not None:
            self._watch.cancel()


def _with_end(parts: Iterable[bytes]) -> Iterator[bytes | None]:
    """The parts, then ``None``."""
    yield from parts
    yield None


def _write(data: bytes) -> None:
    raise NotImplementedError("The write() of start_response() is not offered; return the body.")


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 wants it: text whose characters stand for bytes (Latin-1)."""
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
    }
    for name, value in scope["headers"]:
        # "X_Real_IP" would come out as "X-Real-IP" does, which a proxy in front may vouch for.
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    # The body is here, whole and decoded, however it was sent.
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ
