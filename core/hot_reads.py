"""Frequent reads, answered in the event loop when memory holds the answer: no thread, no Django."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

HotRead = Callable[[str], bytes | None]
Application = Callable[[Any, Any, Any], Awaitable[None]]


class HotReads:
    """ASGI middleware in front of the HTTP application.

    ``reads`` maps a path without its trailing slash to a function of the bearer token that gives the JSON
    body, or None where it has to be looked up. What is not plain (a query, a foreign origin) goes on too.
    """

    def __init__(self, application: Application, reads: Mapping[str, HotRead]) -> None:
        self._application = application
        self._reads = reads

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        read = self._reads.get(scope["path"].removesuffix("/"))
        if read is not None and scope["method"] == "GET" and not scope["query_string"]:
            token = plain_token(scope["headers"])
            body = None if token is None else read(token)
            if body is not None:
                await send({"type": "http.response.start", "status": 200, "headers": _headers(body)})
                await send({"type": "http.response.body", "body": body})
                return
        await self._application(scope, receive, send)


def plain_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The bearer token, unless there is none or the request comes from a page of another origin."""
    token, host, origin = None, b"", b""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            token = value[7:].strip().decode("latin-1")
        elif name == b"host":
            host = value
        elif name == b"origin":
            origin = value
    return token if not origin or origin.partition(b"://")[2] == host else None


def _headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
