"""Frequent POSTs answered on the event loop: many share one transaction, and none holds a thread."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.http import HttpResponse

from core import middleware, problems
from core.asgi import send_response
from core.hot_reads import Application, Headers, client_request_id, plain_request, record_request
from core.refusals import Refusal, Unavailable

HotCall = Callable[[str, bytes], Awaitable[HttpResponse | None]]


class HotCalls:
    """ASGI middleware in front of the HTTP application.

    ``calls`` maps the path of a POST (without trailing slash) to a coroutine function of the bearer token and
    the body. It returns the view's response, or None to pass the request on to the view; exceptions become
    problems. Anything but a plain JSON request is passed on too: a query string, a foreign origin, a chunked
    body, a host or scheme that Django's middleware would reject or redirect.

    At most ``max_pending`` calls wait for their answers, including those of disconnected clients; beyond that
    the response is 503 with ``Retry-After``. That many are answered within about a second.
    """

    def __init__(
        self, application: Application, calls: Mapping[str, HotCall], *, max_pending: int = 1024
    ) -> None:
        self._application = application
        self._calls = calls
        self._places = max_pending
        self._security = [middleware.security_headers(is_secure) for is_secure in (False, True)]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].removesuffix("/")
        call = self._calls.get(path)
        if call is not None and scope["method"] == "POST" and not scope["query_string"]:
            plain = plain_request(scope)
            if plain is not None and (b"content-type", b"application/json") in scope["headers"]:
                event = await receive()
                if event["type"] == "http.request" and not event.get("more_body"):
                    waiting = self._in_a_place(call, plain.token, event.get("body", b""))
                    response = await _observed(waiting, path, scope["headers"])
                    if response is not None:
                        for name, value in self._security[plain.is_secure].items():
                            response[name] = value
                        await send_response(send, response)
                        return
                receive = _again(event, receive)
        await self._application(scope, receive, send)

    async def _in_a_place(self, call: HotCall, token: str, body: bytes) -> HttpResponse | None:
        if not self._places:
            raise Unavailable("The server is busy.", retry_after=1)
        self._places -= 1
        try:
            return await call(token, body)
        finally:
            self._places += 1


async def _observed(
    answering: Awaitable[HttpResponse | None], path: str, headers: Headers
) -> HttpResponse | None:
    started = time.perf_counter()
    request_id = middleware.begin_request(client_request_id(headers))
    try:
        response = await answering
    except Refusal as refusal:
        response = problems.refusal_response(refusal)
    except Exception as error:
        response = problems.unexpected_error(error, f"POST {path}")
    if response is not None:
        response["Cache-Control"] = "no-store"
        response["X-Request-ID"] = request_id
        record_request("POST", path, response.status_code, started, headers)
    return response


def _again(event: Any, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """Return a ``receive`` that first returns the already received event."""
    events = [event]

    async def receive_again() -> Any:
        return events.pop() if events else await receive()

    return receive_again
