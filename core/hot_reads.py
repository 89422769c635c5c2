"""Frequent reads answered on the event loop from memory: no thread, no Django."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from core import middleware, telemetry

HotRead = Callable[[str], bytes | None]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


class HotReads:
    """ASGI middleware in front of the HTTP application.

    ``reads`` maps a path (without trailing slash) to a function of the bearer token that returns the JSON
    body, or None if the view has to look it up. Anything but a plain request is passed on too: a query
    string, a foreign origin, a host or scheme that Django's middleware would reject or redirect.
    """

    def __init__(self, application: Application, reads: Mapping[str, HotRead]) -> None:
        self._application = application
        self._reads = reads
        self._security = [
            [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            for headers in map(middleware.security_headers, (False, True))
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].removesuffix("/")
        read = self._reads.get(path)
        if read is not None and scope["method"] == "GET" and not scope["query_string"]:
            started = time.perf_counter()
            plain = plain_request(scope)
            body = None if plain is None else read(plain.token)
            if plain is not None and body is not None:
                request_id = middleware.request_id(client_request_id(scope["headers"]))
                headers = _headers(body, request_id) + self._security[plain.is_secure]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body})
                record_request("GET", path, 200, started, scope["headers"])
                return
        await self._application(scope, receive, send)


class PlainRequest(NamedTuple):
    """A request with a bearer token on which Django's middleware would not act."""

    token: str
    is_secure: bool


def plain_request(scope: Any) -> PlainRequest | None:
    """Return the request if Django's middleware would not act on it, else None.

    That is: it has a bearer token, a known host, HTTPS where required, and no foreign origin.
    """
    token, host, origin = None, b"", b""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            token = value[7:].strip().decode("latin-1")
        elif name == b"host":
            host = value
        elif name == b"origin":
            origin = value
    if origin and origin.partition(b"://")[2] != host:
        return None
    is_secure = scope["scheme"] == "https"
    if token is None or (settings.SECURE_SSL_REDIRECT and not is_secure):
        return None
    return PlainRequest(token, is_secure) if _is_known(host, tuple(settings.ALLOWED_HOSTS)) else None


def client_request_id(headers: Headers) -> str:
    """Return the request id sent by the client, or an empty string."""
    return next((value.decode("latin-1") for name, value in headers if name == b"x-request-id"), "")


def record_request(method: str, path: str, status: int, started: float, headers: Headers) -> None:
    """Record metrics and a trace as Django's middleware would; ``started`` is a ``perf_counter`` value."""
    middleware.measure(method, path[1:], status, started)
    telemetry.trace_request(method, path[1:], status, started, headers)


@lru_cache(256)
def _is_known(host: bytes, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, allowed)


def _headers(body: bytes, request_id: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
    ]
