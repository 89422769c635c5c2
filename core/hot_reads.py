"""Frequent reads, answered in the event loop when memory holds the answer: no thread, no Django."""

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

    ``reads`` maps a path without its trailing slash to a function of the bearer token that gives the JSON
    body, or None where it has to be looked up. What is not plain (a query, a foreign origin, a host or scheme
    that Django's middleware has something to say of) goes on too.
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
                request_id = middleware.request_id(given_id(scope["headers"]))
                headers = _headers(body, request_id) + self._security[plain.is_secure]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body})
                note_request("GET", path, 200, started, scope["headers"])
                return
        await self._application(scope, receive, send)


class PlainRequest(NamedTuple):
    """A request with a bearer token that Django's middleware has nothing to say of."""

    token: str
    is_secure: bool


def plain_request(scope: Any) -> PlainRequest | None:
    """The request, if it brings a token to a known host, securely where it has to, and comes from no page of
    another origin; else None.
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


def given_id(headers: Headers) -> str:
    """The id that a request brings, if any."""
    return next((value.decode("latin-1") for name, value in headers if name == b"x-request-id"), "")


def note_request(method: str, path: str, status: int, started: float, headers: Headers) -> None:
    """Tell operators of a request what Django's middleware would; ``started`` is of ``perf_counter``."""
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
