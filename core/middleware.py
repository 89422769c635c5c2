"""Middleware in front of every view: request ids, metrics, and a short path for the API."""

import random
import re
import time
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any, ClassVar

import structlog
from corsheaders.middleware import CorsMiddleware
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from prometheus_client import Histogram

from core import call_costs
from core.problems import is_api_request, problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_DURATION = Histogram("http_request_seconds", "Time to answer HTTP requests", ["method", "route", "status"])
_timer_of = cache(_DURATION.labels)
_REQUEST_ID = re.compile(r"[\w.-]{1,64}")


class Observe:
    """Gives each request an id (``X-Request-ID``, also in log lines) and measures its duration."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        chosen_id = begin_request(request.META.get("HTTP_X_REQUEST_ID", ""))
        response = self._answer(request)
        if is_api_request(request) and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        route = request.resolver_match.route if request.resolver_match else "unknown"
        method = request.method if request.method in _METHODS else "other"
        response["X-Request-ID"] = chosen_id
        measure(method, route, response.status_code, started)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        # No valid value contains NUL, and PostgreSQL refuses it in text.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(400, "Addresses must not hold NUL characters.")
        return self._get_response(request)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request_id(given: str) -> str:
    """Return ``given`` if it is a valid request id, else a new random one."""
    # Not a secret: uuid4 reads the kernel's random source each time, which is twenty times slower.
    return given if _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def begin_request(given_id: str) -> str:
    """Choose the request id (``given_id`` if valid, else a new one), bind it to log lines and return it.

    From here to :func:`measure` the statements of this context count for the request.
    """
    call_costs.begin()
    chosen = request_id(given_id)
    # Cleared first: threads are reused, and views bind the user's id.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen)
    return chosen


def measure(method: str, route: str, status: int, started: float) -> None:
    """Record the duration of a request since ``started`` (a ``perf_counter`` value), and its statements."""
    seconds = time.perf_counter() - started
    _timer_of(method, route, status).observe(seconds)
    call_costs.end(method, route, seconds)


def added_headers(is_secure: bool, origin: str) -> tuple[tuple[str, str], ...]:
    """Return the headers that Django's security middleware and CORS add to any response of the API.

    They depend on the scheme and, for CORS, on the ``Origin`` header (empty without one).
    """
    scheme = "https" if is_secure else "http"
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "wsgi.input": BytesIO()}
    request = WSGIRequest(environ | ({"HTTP_ORIGIN": origin} if origin else {}))
    response = HttpResponse()
    del response["Content-Type"]
    CorsMiddleware(lambda _: response).add_response_headers(request, response)
    return tuple(SecurityMiddleware(lambda _: response).process_response(request, response).items())


class KnownHost(CommonMiddleware):
    """Django's CommonMiddleware, but unknown hosts get a problem and health probes may use any host."""

    def process_request(self, request: HttpRequest) -> Any:
        if request.path.startswith(("/health", "/metrics")):
            return None
        try:
            return super().process_request(request)
        except DisallowedHost:
            return problem(400, "This server does not go by that name.")


class SkipForAPI:
    """Skips all middleware up to :class:`EndOfSkip` for the API, which has no cookies, forms or pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self._pages = get_response
        # Django builds middleware from last to first, so the end of this chain has just been built. A chain
        # within a chain would need no such meeting, but Django calls ``process_view`` only of its own.
        self._api = EndOfSkip.built_last

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._api(request) if is_api_request(request) else self._pages(request)


class EndOfSkip:
    """Marks the end of the middleware that :class:`SkipForAPI` skips; must be the last one."""

    built_last: ClassVar[GetResponse]

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = EndOfSkip.built_last = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)
