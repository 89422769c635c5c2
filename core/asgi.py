"""Django's responses over ASGI."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpResponse

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def send_whole(send: Send, response: HttpResponse) -> None:
    """Send a response whose body is there."""
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    headers.append((b"content-length", b"%d" % len(response.content)))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
