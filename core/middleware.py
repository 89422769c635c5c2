"""What stands in front of every view: request ids, measurements, and a short way for the API."""

import random
import re
import time
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import structlog
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from prometheus_client import Histogram

from core.problems import is_for_programs, problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_DURATION = Histogram("http_request_seconds", "Time to answer HTTP requests", ["method", "route", "status"])
_timer_of = cache(_DURATION.labels)
_REQUEST_ID = re.compile(r"[\w.-]{1,64}")


class Observe:
    """Gives each request an id (``X-Request-ID``, in every log line) and measures it."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        chosen_id = begin_request(request.META.get("HTTP_X_REQUEST_ID", ""))
        response = self._answer(request)
        if is_for_programs(request) and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        route = request.resolver_match.route if request.resolver_match else "unknown"
        method = request.method if request.method in _METHODS else "other"
        response["X-Request-ID"] = chosen_id
        measure(method, route, response.status_code, started)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        # No text of ours holds a NUL, and PostgreSQL takes none.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(400, "Addresses must not hold NUL characters.")
        return self._get_response(request)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request_id(given: str) -> str:
    """``given`` if it can be the id of a request, else a new one."""
    # No secret: uuid4 asks the kernel each time, which costs twenty times as much.
    return given if _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def begin_request(given_id: str) -> str:
    """The id of a request, also for its log lines: ``given_id`` if it can be one, else a new one."""
    chosen = request_id(given_id)
    # Cleared first: threads serve one request after another, and views add who calls.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen)
    return chosen


def measure(method: str, route: str, status: int, started: float) -> None:
    """Note how long an answer took since ``started`` (``perf_counter``)."""
    _timer_of(method, route, status).observe(time.perf_counter() - started)


def security_headers(is_secure: bool) -> dict[str, str]:
    """What Django's SecurityMiddleware adds to the answer to a request that is, or is not, secure."""
    scheme = "https" if is_secure else "http"
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "wsgi.input": BytesIO()})
    response = HttpResponse()
    del response["Content-Type"]
    return dict(SecurityMiddleware(lambda _: response).process_response(request, response).items())


class KnownHost(CommonMiddleware):
    """Django's CommonMiddleware, with a problem for unknown hosts; probes may come by any address."""

    def process_request(self, request: HttpRequest) -> Any:
        if request.path.startswith(("/health", "/metrics")):
            return None
        try:
            return super().process_request(request)
        except DisallowedHost:
            return problem(400, "This server does not go by that name.")


class ShortcutForAPI:
    """Takes the API past all middleware up to :class:`EndOfShortcut`: it has no cookies, forms or pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self._pages = get_response
        # Middleware is built from the last to the first, so the other end is there already.
        self._api = _ends.pop()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._api(request) if is_for_programs(request) else self._pages(request)


class EndOfShortcut:
    """Where :class:`ShortcutForAPI` comes out; the last middleware."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        _ends.append(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)


_ends: list[GetResponse] = []
