"""The short way of API requests to their views, past middleware that would not act on them.

It takes a request only if the answer is the same as by Django's way: the middleware would add nothing but
constant headers, and the view is an ordinary ``APIView``. All else goes Django's way.
"""

import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils.cache import patch_vary_headers
from django.utils.log import log_response

from core import fast_routes, middleware, problems, telemetry
from core.asgi import Application
from core.fast_routes import Operation
from core.refusals import Refusal, Unavailable

MAX_AT_ONCE = 1024
"""Calls that wait for their answers on the event loop; that many are answered within about a second."""

AtOnce = Callable[[Any, bytes], bytes | Coroutine[Any, Any, HttpResponse] | None]
AnyHandler = TypeVar("AnyHandler", bound=Callable[..., HttpResponseBase])
Headers = tuple[tuple[str, str], ...]

_CALL = "core.fast_path.call"
_HEEDED = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"host",
        b"origin",
        b"transfer-encoding",
        b"x-request-id",
    }
)
# Middleware whose work is done here, or that does nothing for a request found here.
_REPLACED = frozenset(
    {
        "core.traced_requests.TracedRequests",
        "core.middleware.Observe",
        "django.middleware.security.SecurityMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "corsheaders.middleware.CorsMiddleware",
        "core.middleware.KnownHost",
    }
)
_CHANGING_SETTINGS = (
    "CORS_URLS_REGEX",
    "DISALLOWED_USER_AGENTS",
    "PREPEND_WWW",
    "SECURE_PROXY_SSL_HEADER",
    "USE_X_FORWARDED_HOST",
)


def at_once(answer: AtOnce) -> Callable[[AnyHandler], AnyHandler]:
    """Answer with ``answer`` instead of the handler, on the event loop, where it must not block.

    ``answer(auth, body)`` gets ``request.auth`` and the raw body. It returns the JSON of a 200, a coroutine
    of any response, or None if the handler has to run, in a thread. The view must be open to all users and
    have no limits, and its authentication class must have ``identify_at_once(header)``, which returns
    ``request.auth``, or None if it would have to wait.
    """

    def mark(handler: AnyHandler) -> AnyHandler:
        handler.at_once = answer  # type: ignore[attr-defined]
        return handler

    return mark


class Call(NamedTuple):
    """A request whose view was found."""

    operation: Operation
    match: ResolverMatch
    added: Headers
    """The headers that middleware would add."""
    heeded: dict[bytes, bytes]


class FastPath:
    """ASGI middleware that finds the view of a request, and answers what can be answered at once.

    All else goes on to the application, in which :class:`FastHandler` calls the view that was found.
    """

    def __init__(self, application: Application, *, max_at_once: int = MAX_AT_ONCE) -> None:
        self._application = application
        self._places = max_at_once
        self._is_open = _has_known_middleware()
        self._added = lru_cache(256)(middleware.added_headers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        call = self._find(scope) if self._is_open else None
        if call is not None and call.operation.at_once:
            event = _NO_BODY if scope["method"] == "GET" else await receive()
            if await self._answer_at_once(call, scope, event, send):
                return
            receive = receive if event is _NO_BODY else _again(event, receive)
        scope[_CALL] = call
        await self._application(scope, receive, send)

    def _find(self, scope: Any) -> Call | None:
        path: str = scope["path"]
        found = fast_routes.table(settings.ROOT_URLCONF).find(scope["method"], path[1:])
        if found is None or scope.get("root_path") or not path.isascii() or "\0" in path:
            return None
        heeded: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _HEEDED:
                if name in heeded:
                    return None
                heeded[name] = value
        is_secure = scope["scheme"] == "https"
        is_plain = (
            _is_known(heeded.get(b"host", b""), tuple(settings.ALLOWED_HOSTS))
            and (is_secure or not settings.SECURE_SSL_REDIRECT)
            and b"%00" not in scope["query_string"]
            and _is_json_or_nothing(heeded)
        )
        if not is_plain:
            return None
        added = self._added(is_secure, heeded.get(b"origin", b"").decode("latin-1"))
        return Call(*found, added, heeded)

    async def _answer_at_once(self, call: Call, scope: Any, event: Any, send: Any) -> bool:
        """Send the answer, unless the handler has to make it."""
        operation, started = call.operation, time.perf_counter()
        assert operation.at_once is not None
        if event["type"] != "http.request" or event.get("more_body"):
            return False
        request_id = middleware.begin_request(call.heeded.get(b"x-request-id", b"").decode("latin-1"))
        auth = operation.identify_at_once(call.heeded.get(b"authorization", b"").decode("latin-1"))
        if auth is None:
            return False
        try:
            answer = operation.at_once(auth, event.get("body", b""))
            if answer is None:
                return False
            if not isinstance(answer, bytes):
                answer = await self._in_a_place(answer)
        except Refusal as refusal:
            answer = problems.refusal_response(refusal)
        except Exception as error:
            answer = problems.unexpected_error(error, f"{scope['method']} {scope['path']}")
        if isinstance(answer, bytes):
            status, headers, body = 200, [(b"content-type", b"application/json")], answer
        else:
            status, headers, body = answer.status_code, _encoded(answer.items()), answer.content
        headers += _constant(operation, call.added)
        headers.append((b"content-length", b"%d" % len(body)))
        headers.append((b"x-request-id", request_id.encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        route = call.match.route
        middleware.measure(scope["method"], route, status, started)
        telemetry.trace_request(scope["method"], route, status, started, scope["headers"])
        return True

    async def _in_a_place(self, answering: Coroutine[Any, Any, HttpResponse]) -> HttpResponse:
        if not self._places:
            answering.close()
            raise Unavailable("The server is busy.", retry_after=1)
        self._places -= 1
        try:
            return await answering
        finally:
            self._places += 1


class FastHandler(WSGIHandler):
    """Django's handler, which calls the view itself where :class:`FastPath` has found it."""

    def __init__(self) -> None:
        super().__init__()
        call_view: Any = convert_exception_to_response(self._call_view)
        self._short: Callable[[HttpRequest], Any] = middleware.Observe(call_view)
        self._traced: Any = None
        if telemetry.is_tracing():
            from core.traced_requests import TracedRequests

            self._short = self._traced = TracedRequests(self._short)

    def get_response(self, request: Any) -> Any:
        call = request.environ["asgi.scope"].get(_CALL)
        if call is None:
            return super().get_response(request)
        request.resolver_match = call.match
        response = self._short(request)
        response._resource_closers.append(request.close)
        if response.status_code >= 400:
            text = "%s: %s"
            log_response(text, response.reason_phrase, request.path, response=response, request=request)
        return response

    def _call_view(self, request: Any) -> Any:
        call: Call = request.environ["asgi.scope"][_CALL]
        if self._traced is not None:
            self._traced.process_view(request, call.match.func, call.match.args, call.match.kwargs)
        response: Any = call.operation.answer(request, call.match)
        for name, value in call.added:
            if name == "Vary":
                patch_vary_headers(response, [value])
            else:
                response.headers.setdefault(name, value)
        if not response.streaming and "Content-Length" not in response:
            response["Content-Length"] = str(len(response.content))
        return response


def _has_known_middleware() -> bool:
    """Return whether all middleware on the API's way is known here; what a project adds has to run."""
    names = list(settings.MIDDLEWARE)
    on_the_way = names
    if "core.middleware.SkipForAPI" in names:
        first, last = names.index("core.middleware.SkipForAPI"), names.index("core.middleware.EndOfSkip")
        on_the_way = names[:first] + names[last + 1 :]
    return _REPLACED.issuperset(on_the_way) and not any(
        getattr(settings, name, None) for name in _CHANGING_SETTINGS
    )


def _is_json_or_nothing(heeded: dict[bytes, bytes]) -> bool:
    kind = heeded.get(b"content-type")
    if kind is None:
        return b"transfer-encoding" not in heeded and heeded.get(b"content-length", b"0") == b"0"
    return kind == b"application/json" or kind.startswith(b"application/json;")


@lru_cache(256)
def _is_known(host: bytes, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, allowed)


@lru_cache(1024)
def _constant(operation: Operation, added: Headers) -> tuple[tuple[bytes, bytes], ...]:
    constant = {**dict(added), **operation.headers, "Cache-Control": "no-store"}
    return tuple(_encoded(constant.items()))


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]


_NO_BODY = {"type": "http.request", "body": b"", "more_body": False}


def _again(event: Any, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """Return a ``receive`` that first returns the already received event."""
    events = [event]

    async def receive_again() -> Any:
        return events.pop() if events else await receive()

    return receive_again
