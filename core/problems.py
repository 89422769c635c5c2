"""HTTP errors in one format: ``application/problem+json`` with a stable code (RFC 9457)."""

import logging
import math
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import redis.exceptions
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions

from core.refusals import Refusal, TooLarge, Unavailable
from core.renderers import encode

logger = logging.getLogger(__name__)

_CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    413: "too_large",
    414: "target_too_long",
    415: "unsupported_media_type",
    422: "invalid",
    429: "rate_limited",
    431: "head_too_large",
    500: "server_error",
    503: "unavailable",
}
API_ROOTS = frozenset({"api", "game", "health", "metrics"})
"""The first segments of paths that belong to the API."""
UNREACHABLE: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    InternalError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.ResponseError,
)
"""Exceptions raised while the database or Redis is unreachable, full or read-only."""
OUTAGE_LOG_INTERVAL_S = 1.0
# SQLSTATE prefixes: shutting down or starting, out of disk or connections, read-only.
_TAKES_NOTHING = ("57P", "53", "25006")


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    title: str | None = None,
    facts: Mapping[str, Any] | None = None,
    retry_after: float | None = None,
    members: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return a problem as a response.

    ``facts`` become ``errors`` if they map fields to lists of reasons, else ``details``; ``retry_after``
    (seconds) is added to the body and, rounded up, as ``Retry-After``; ``members`` are added as they are.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "code": code or _CODES.get(status, "refused"),
        "detail": detail,
        **(members or {}),
    }
    if facts:
        is_errors = all(isinstance(reasons, list) for reasons in facts.values())
        body["errors" if is_errors else "details"] = facts
    if retry_after is not None:
        body["retry_after"] = retry_after
    response = HttpResponse(encode(body), status=status, content_type="application/problem+json")
    if retry_after is not None:
        response["Retry-After"] = str(max(1, math.ceil(retry_after)))
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def refusal_response(refusal: Refusal) -> HttpResponse:
    """Return the response for a refusal."""
    return problem(
        refusal.status,
        refusal.message,
        code=refusal.code,
        title=refusal.title,
        facts=refusal.details,
        retry_after=refusal.retry_after,
        members=refusal.members,
    )


class _Outage:
    """Logs outages at a limited rate, since thousands of calls fail at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told_at = float("-inf")
        self._untold = 0

    def note(self, error: Exception, what: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._told_at < OUTAGE_LOG_INTERVAL_S:
                self._untold += 1
                return
            others, self._untold, self._told_at = self._untold, 0, now
        logger.error(
            "%s failed, and %d others since the last such line: a service we need is unavailable (%s: %s)",
            what,
            others,
            type(error).__name__,
            str(error).partition("\n")[0],
        )


_outage = _Outage()


def log_failure(error: Exception, what: str, facts: Mapping[str, Any] | None = None) -> None:
    """Log the failure of ``what`` (``"GET /api/me"``) with the traceback and ``facts``.

    During an outage all failures share one line a second.
    """
    if isinstance(error, UNREACHABLE) and _is_away(error):
        _outage.note(error, what)
    else:
        logger.error("%s failed", what, exc_info=error, extra=facts)


def _is_away(error: Exception) -> bool:
    # Any other state means that the server is up and refused this statement, e.g. a deadlock.
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_TAKES_NOTHING)


def unavailable() -> Unavailable:
    """Return the refusal for an ``UNREACHABLE`` exception."""
    return Unavailable("Something we need is down for the moment.", retry_after=1)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """REST framework's exception hook: turn every exception into a problem; log unexpected ones as 500."""
    match error:
        case Refusal():
            return refusal_response(error)
        case Http404():
            return problem(404, "There is no such thing.")
        case PermissionDenied():
            return problem(403, "You are not allowed to do this.")
        case RequestDataTooBig():
            return refusal_response(TooLarge())
        case SuspiciousOperation() | UnreadablePostError():
            return problem(400, "The request could not be read.")
        case exceptions.ValidationError():
            return problem(422, "Some fields are not valid.", facts=_by_field(error.get_full_details()))
        case exceptions.APIException():
            return _of_framework(error)
    request = context["request"]
    if not isinstance(error, UNREACHABLE):
        got_request_exception.send(sender=type(context["view"]), request=request)
    return unexpected_error(error, f"{request.method} {request.path}")


def unexpected_error(error: Exception, call: str) -> HttpResponse:
    """Log the unexpected failure of a call (``"GET /api/me"``) and return the response for it."""
    log_failure(error, call)
    if isinstance(error, UNREACHABLE):
        return refusal_response(unavailable())
    return problem(500, "This is our fault, and has been noted.")


def _of_framework(error: exceptions.APIException) -> HttpResponse:
    status = error.status_code
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        status = 401
    wait = getattr(error, "wait", None)  # of Throttled
    return problem(status, str(error.detail), retry_after=wait)


def _by_field(details: Any, path: str = "") -> dict[str, list[str]]:
    """Flatten REST framework's nested details to ``{field: [reasons]}``; nested fields are joined by dots."""
    if isinstance(details, dict):
        if isinstance(details.get("message"), str):
            return {path or "non_field_errors": [str(details["message"])]}
        inner = {f"{path}.{name}" if path else str(name): value for name, value in details.items()}
    elif all(isinstance(item.get("message"), str) for item in details):
        return {path or "non_field_errors": [str(item["message"]) for item in details]}
    else:
        inner = {f"{path}.{index}" if path else str(index): value for index, value in enumerate(details)}
    fields: dict[str, list[str]] = {}
    for name, value in inner.items():
        fields |= _by_field(value, name)
    return fields


def is_api_request(request: HttpRequest) -> bool:
    """Return whether this path belongs to the API (which answers in JSON) rather than to pages for people."""
    return request.path.split("/", 2)[1] in API_ROOTS


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``."""
    return problem(400, "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler403``."""
    return problem(403, "You are not allowed to do this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler404``."""
    return problem(404, f"There is nothing at {request.path}.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``."""
    return problem(500, "This is our fault, and has been noted.")
