"""A strict test client: each frame must be awaited, and be of a declared message."""

import asyncio
import contextlib
import functools
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from channels.testing import ApplicationCommunicator

from realtime import worker
from realtime.catalogue.sockets import Description, sockets
from realtime.wire.messages import Message

WITHIN_S = 30.0


class Closed(Exception):
    """Raised when the server closed the socket, with its close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


def _subclasses(kind: type[Message]) -> Iterator[type[Message]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _is_declared(frame: dict[str, Any], text: str) -> bool:
    for kind in _subclasses(Message):
        fields = {*kind.__struct_fields__, "type", "seq", "ref"}
        if kind.__struct_config__.tag == frame["type"] and frame.keys() <= fields:
            with contextlib.suppress(msgspec.ValidationError):
                msgspec.json.decode(text, type=kind)
                return True
    return False


@functools.cache
def _sockets() -> list[tuple[re.Pattern[str], dict[str, Description]]]:
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), {one.type: one for one in socket.messages})
        for socket in sockets()
        for path in socket.paths
    ]


def _is_as_described(path: str, frame: dict[str, Any]) -> bool:
    """Return whether ``seq`` and ``ref`` are present as the catalogue says.

    A socket's first message may be sent again as an answer.
    """
    for pattern, messages in _sockets():
        one = messages.get(frame["type"])
        if pattern.fullmatch(path) and one is not None and not one.opens:
            if "ref" in frame and all(field.name != "ref" for field in one.fields):
                return False
            required = {field.required for field in one.fields if field.name == "seq"}
            return "seq" in frame if True in required else "seq" not in frame or False in required
    return True


class Player:
    """An in-process client of one socket, over plain ASGI."""

    def __init__(
        self,
        application: Any,
        path: str,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        subprotocols: tuple[str, ...] = (),
        address: str | None = None,
    ):
        path, _, query = path.partition("?")
        self._path = path
        sent = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "subprotocols": list(subprotocols),
            "client": None if address is None else (address, 40_000),
        }
        self._asgi = ApplicationCommunicator(application, scope)
        self.seq: int | None = None
        self.subprotocol: str | None = None

    async def enter(self) -> "Player":
        """Connect, after all events published so far are numbered, so that none of them is received.

        The server must accept the socket.
        """
        here = worker.running()
        if here is not None:
            await here.streams.sent()
        return await self.rush_in()

    async def rush_in(self) -> "Player":
        """Connect at once; events published just before may still be received."""
        await self._asgi.send_input({"type": "websocket.connect"})
        answer = await self._asgi.receive_output(WITHIN_S)
        assert answer["type"] == "websocket.accept", answer
        self.subprotocol = answer.get("subprotocol")
        return self

    async def send(self, **message: Any) -> None:
        """Send one message."""
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        """Send one text frame unchanged."""
        await self._asgi.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        """Send one binary frame."""
        await self._asgi.send_input({"type": "websocket.receive", "bytes": data})

    async def hear(self, kind: str | None = None) -> dict[str, Any]:
        """Return the next frame, which must be of this type; raises ``Closed`` if the server closed."""
        text = await self.hear_raw()
        frame: dict[str, Any] = json.loads(text)
        assert _is_declared(frame, text), f"no declared message has this form: {frame}"
        assert _is_as_described(self._path, frame), f"the catalogue says otherwise of seq: {frame}"
        assert kind is None or frame["type"] == kind, f"waited for {kind}, heard {frame}"
        return frame

    async def hear_raw(self) -> Any:
        """Return the text or the bytes of the next frame; raises ``Closed`` if the server closed."""
        output = await self._asgi.receive_output(WITHIN_S)
        if output["type"] == "websocket.close":
            raise Closed(output.get("code", 1000), output.get("reason", ""))
        return output.get("text") or output["bytes"]

    async def hear_until(self, kind: str) -> dict[str, Any]:
        """Return the next frame of this type, skipping others."""
        while (frame := await self.hear())["type"] != kind:
            pass
        return frame

    async def refused(self) -> str:
        """Return the code of the next frame, which must be an error."""
        code: str = (await self.hear("error"))["code"]
        return code

    async def closed(self) -> int:
        """Return the close code, skipping frames sent before it."""
        try:
            while True:
                await self.hear()
        except Closed as closed:
            return closed.code

    async def hear_nothing(self) -> None:
        """Assert that nothing was sent; all commands sent before must have been answered."""
        await self.send(type="ping", id="nothing")
        frame = await self.hear("pong")
        assert frame["ref"] == "nothing"

    async def leave(self) -> None:
        """Disconnect."""
        await self._asgi.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._asgi.wait(WITHIN_S)


@asynccontextmanager
async def running_worker() -> AsyncIterator[worker.Worker]:
    """Run a worker on this test's loop."""
    here = await worker.start()
    try:
        yield here
    finally:
        for connection in here.sockets.all():
            connection.close(1001)
        await asyncio.sleep(0)
        await worker.stop()
