"""A small ASGI application with one behaviour per path; ``/heard`` reports how sockets ended."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

from realtime.tests.server.wire import WITHIN_S

ended: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    query = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
    assert (await receive())["type"] == "websocket.connect"
    await PATHS[scope["path"]](scope, receive, send, query)


async def messages(receive: Any, query: dict[str, str]) -> AsyncIterator[Any]:
    """Yield events until the disconnect, which is reported at ``/heard`` for this ``id``."""
    while (event := await receive())["type"] == "websocket.receive":
        yield event
    ended[query.get("id", "")].put_nowait({"code": event["code"], "reason": event.get("reason") or ""})


async def echo(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    chosen = "chat" if "chat" in scope["subprotocols"] else None
    headers = [(b"x-answer", b"yes"), (b"x-asked", dict(scope["headers"]).get(b"x-ask", b""))]
    await send({"type": "websocket.accept", "subprotocol": chosen, "headers": headers})
    async for event in messages(receive, query):
        if event.get("text") is not None:
            await send({"type": "websocket.send", "text": event["text"]})
        else:
            await send({"type": "websocket.send", "bytes": event["bytes"]})


async def direct_echo(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})
    direct = scope["extensions"]["realtime.direct"]
    direct.set_on_text(direct.send_message)
    async for event in messages(receive, query):
        await send({"type": "websocket.send", "bytes": b"not text: " + event["bytes"]})


async def direct_late(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Receive text by the direct interface only after a binary message has arrived."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "accepted"})
    direct = scope["extensions"]["realtime.direct"]
    await asyncio.wait_for(ended[query["go"]].get(), WITHIN_S)
    direct.set_on_text(direct.send_message)
    async for _ in messages(receive, query):
        pass


async def go(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Let the socket that waits for ``go`` continue."""
    await send({"type": "websocket.accept"})
    ended[query["go"]].put_nowait({})
    await receive()


async def direct_fail(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})

    def fail(data: bytes) -> None:
        raise LookupError("a planted fault")

    scope["extensions"]["realtime.direct"].set_on_text(fail)
    async for _ in messages(receive, query):
        pass


async def direct_close(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})
    direct = scope["extensions"]["realtime.direct"]
    direct.close(4401, "expired")
    direct.send_message(b"too late")
    async for _ in messages(receive, query):
        pass


async def direct_flood(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Fill the peer's buffers until slow; report the number of messages after it has drained."""
    await send({"type": "websocket.accept"})
    direct = scope["extensions"]["realtime.direct"]
    sent = 0
    while direct.outlet.send(b"x" * 65_536):
        sent += 1
    direct.set_on_drain(lambda: direct.send_message(b"drained %d" % sent))
    ended[query["id"]].put_nowait({"sent": sent})
    await receive()


async def direct_pile(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Send large and small messages alternately at once, whether or not the peer reads."""
    await send({"type": "websocket.accept"})
    direct = scope["extensions"]["realtime.direct"]
    for number in range(600):
        direct.send_message(b"x" * 20_000)
        direct.send_message(b"%d" % number)
    assert not direct.outlet.send(b"too much")
    ended[query["id"]].put_nowait({})
    await receive()


async def direct_pause(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Pause reading at the first message until ``go``; then continue counting."""
    await send({"type": "websocket.accept"})
    direct = scope["extensions"]["realtime.direct"]
    count = 0

    def heard(data: bytes) -> None:
        nonlocal count
        count += 1
        if count == 1:
            direct.pause_reading()
        if data == b"last":
            direct.send_message(b"%d" % count)

    direct.set_on_text(heard)
    await asyncio.wait_for(ended[query["go"]].get(), WITHIN_S)
    before = count
    direct.resume_reading()
    direct.send_message(b"before %d" % before)
    async for _ in messages(receive, query):
        pass


async def refuse(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.close", "code": 4401})


async def respond(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"application/problem+json"), (b"x-why", b"none of yours")]
    await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b'{"code":', "more_body": True})
    await send({"type": "websocket.http.response.body", "body": b'"no"}'})


async def bad_header(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept", "headers": [(b"x-a", b"1\r\nx-b: 2")]})


async def raise_before(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    raise LookupError("a planted fault")


async def raise_after(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})
    raise LookupError("a planted fault")


async def return_after(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})


async def close(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(query["code"]), "reason": query.get("reason", "")})
    async for _ in messages(receive, query):
        pass


async def burst(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Send small and large messages alternately at once."""
    await send({"type": "websocket.accept"})
    for number in range(40):
        await send({"type": "websocket.send", "text": f"{number} " + "x" * (20_000 if number % 2 else 3)})
    async for _ in messages(receive, query):
        pass


async def lag(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Read nothing until ``go``; answer the message "last" with the number of messages."""
    await send({"type": "websocket.accept"})
    await asyncio.wait_for(ended[query["go"]].get(), WITHIN_S)
    count = 0
    async for event in messages(receive, query):
        count += 1
        if event.get("text") == "last":
            await send({"type": "websocket.send", "text": str(count)})


async def count(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Report the number of messages once the socket has ended."""
    await send({"type": "websocket.accept"})
    heard = 0
    while (await receive())["type"] == "websocket.receive":
        heard += 1
    ended[query["id"]].put_nowait({"count": heard})


async def flood(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Send without end; report how many messages were accepted."""
    await send({"type": "websocket.accept"})
    sent = 0
    try:
        while True:
            await asyncio.wait_for(send({"type": "websocket.send", "bytes": bytes(65_536)}), 0.3)
            sent += 1
    except TimeoutError:
        ended[query["id"]].put_nowait({"sent": sent, "waited": True})


async def hang(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    """Never answer the handshake."""
    ended[query["id"]].put_nowait({})
    await receive()


async def scope_of(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})
    told = {key: scope[key] for key in ("path", "subprotocols", "client", "server")}
    told["scheme"] = scope.get("scheme", "ws")
    told["direct"] = "realtime.direct" in scope.get("extensions", {})
    await send({"type": "websocket.send", "text": json.dumps(told)})
    await receive()


async def heard(scope: dict[str, Any], receive: Any, send: Any, query: dict[str, str]) -> None:
    await send({"type": "websocket.accept"})
    told = await asyncio.wait_for(ended[query["id"]].get(), WITHIN_S)
    await send({"type": "websocket.send", "text": json.dumps(told)})
    await receive()


PATHS = {
    "/echo": echo,
    "/direct": direct_echo,
    "/direct/late": direct_late,
    "/direct/fail": direct_fail,
    "/direct/close": direct_close,
    "/direct/flood": direct_flood,
    "/direct/pile": direct_pile,
    "/direct/pause": direct_pause,
    "/go": go,
    "/refuse": refuse,
    "/respond": respond,
    "/bad-header": bad_header,
    "/raise-before": raise_before,
    "/raise-after": raise_after,
    "/return-after": return_after,
    "/close": close,
    "/burst": burst,
    "/lag": lag,
    "/count": count,
    "/flood": flood,
    "/hang": hang,
    "/scope": scope_of,
    "/scöpe": scope_of,
    "/heard": heard,
}
