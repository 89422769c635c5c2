"""Calls that come in crowds, taken in the event loop: many wait for one transaction, none holds a thread."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.http import HttpResponse

from core import middleware, problems
from core.asgi import send_whole
from core.hot_reads import Application, Headers, given_id, note_request, plain_request
from core.refusals import Refusal, Unavailable

HotCall = Callable[[str, bytes], Awaitable[HttpResponse | None]]


class HotCalls:
    """ASGI middleware in front of the HTTP application.

    ``calls`` maps the path of a POST without its trailing slash to a coroutine function of the bearer token
    and the body that answers as the view there would, or with None where the view is to look closer. What it
    raises becomes a problem. What is not plain JSON (a query, a foreign origin, a body in parts) goes on too,
    as do a host and a scheme that Django's middleware has something to say of.

    At most ``most_at_once`` calls wait for their answers, those of callers who went away too; beyond that the
    answer is 503 with ``Retry-After``. As many are answered within about a second.
    """

    def __init__(
        self, application: Application, calls: Mapping[str, HotCall], *, most_at_once: int = 1024
    ) -> None:
        self._application = application
        self._calls = calls
        self._places = most_at_once
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
                        await send_whole(send, response)
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
    request_id = middleware.begin_request(given_id(headers))
    try:
        response = await answering
    except Refusal as refusal:
        response = problems.refused(refusal)
    except Exception as error:
        response = problems.unforeseen(error, f"POST {path}")
    if response is not None:
        response["Cache-Control"] = "no-store"
        response["X-Request-ID"] = request_id
        note_request("POST", path, response.status_code, started, headers)
    return response


def _again(event: Any, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """``receive`` from before the event was received."""
    events = [event]

    async def receive_again() -> Any:
        return events.pop() if events else await receive()

    return receive_again
