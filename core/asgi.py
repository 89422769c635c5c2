"""ASGI helpers: sending Django's responses, and the liveness check without a thread."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpResponse

Application = Callable[[Any, Any, Any], Awaitable[None]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Liveness:
    """ASGI middleware that answers ``GET /health/live`` on the event loop, even if all threads are busy.

    With ``?open=1``, which balancers ask before they pass a socket on, the answer is 503 while the worker
    takes none.
    """

    def __init__(self, application: Application, is_open: Callable[[], bool]) -> None:
        self._application = application
        self._is_open = is_open

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["path"].rstrip("/") == "/health/live" and scope["method"] == "GET":
            closed = scope["query_string"] == b"open=1" and not self._is_open()
            status, body = (503, b'{"status":"draining"}') if closed else (200, b'{"status":"ok"}')
            await send_response(send, HttpResponse(body, status=status, content_type="application/json"))
            return
        await self._application(scope, receive, send)


async def send_response(send: Send, response: HttpResponse) -> None:
    """Send a complete (non-streaming) response."""
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    headers.append((b"content-length", b"%d" % len(response.content)))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
