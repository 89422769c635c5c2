"""A socket as seen by the server: its bounded outbox never makes other sockets wait."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Protocol

from core.ids import UserId
from realtime import metrics
from realtime.connections.limits import FLOOD_WINDOW_S
from realtime.server.turn import Outlet, is_binary
from realtime.wire.close_codes import CloseCode
from realtime.wire.identity import Identity
from realtime.wire.messages import Message, encode

MAX_FRAMES = 256
MAX_BYTES = 256 * 1024

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Direct(Protocol):
    """The server's direct, synchronous interface to a socket, if it has one (see ``realtime.server``)."""

    @property
    def outlet(self) -> Outlet: ...
    def send_message(self, data: bytes) -> None: ...
    def set_on_text(self, function: Callable[[bytes], None]) -> None: ...
    def set_on_drain(self, function: Callable[[], None]) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def close(self, code: int, reason: str) -> None: ...


class Connection:
    """An accepted socket. ``send`` and ``close`` never wait and never raise.

    Frames are JSON texts, or MessagePack arrays of less than 16 elements, which are sent as binary messages.
    Frames that the network does not accept at once are queued in an outbox of at most 256 frames and 256 KiB,
    in which a frame replaces an unsent one with the same key. A socket that exceeds these bounds is closed
    (1013), and its client resumes.
    """

    __slots__ = (
        "_bytes",
        "_counted",
        "_counted_since",
        "_direct",
        "_held",
        "_is_clear",
        "_next",
        "_outbox",
        "_outlet",
        "_reason",
        "_seal",
        "_send",
        "_writer",
        "closed_with",
        "expires_at",
        "identity",
        "last_heard",
        "subprotocol",
    )

    def __init__(self, send: Send, direct: Direct | None, now: float, *, subprotocol: str = "") -> None:
        # The attributes used for every frame come first: the compiled object is laid out in this order, and
        # with many sockets each cache line has to be fetched from memory.
        self._is_clear = direct is not None
        self._outlet = None if direct is None else direct.outlet
        self._seal: Callable[[bytes], bytes] | None = None
        self.last_heard = now
        self._counted_since = now
        self._counted = 0
        self.identity: Identity | None = None
        self.expires_at = float("inf")
        self.closed_with: int | None = None
        self._reason = ""
        self._send = send
        self._direct = direct
        self._outbox: dict[Hashable, bytes] = {}
        self._bytes = 0
        self._next = 0
        self._held: list[tuple[bytes, Hashable]] | None = None
        self._writer: asyncio.Task[None] | None = None
        self.subprotocol = subprotocol
        """The one that the server has chosen of those that the client offered."""
        if direct is not None:
            direct.set_on_drain(self._drain_direct)

    @property
    def waiting(self) -> int:
        """Return the number of unsent frames."""
        return len(self._outbox)

    @property
    def is_clear(self) -> bool:
        """Return whether nothing waits before the next frame."""
        return self._is_clear or (self.closed_with is None and self._held is None and not self._outbox)

    def belongs_to(self, user_id: UserId) -> bool:
        """Return whether the socket belongs to this user."""
        return self.identity is not None and self.identity.user_id == user_id

    def is_socket(self, connection: "Connection") -> bool:
        """Return whether this is the given socket."""
        return self is connection

    def count_received(self, now: float, allowance: int) -> bool:
        """Count a received message; return whether there were at most ``allowance`` in ``FLOOD_WINDOW_S``."""
        self.last_heard = now
        if now - self._counted_since >= FLOOD_WINDOW_S:
            self._counted_since, self._counted = now, 0
        self._counted += 1
        return self._counted <= allowance

    def tell(self, message: Message) -> None:
        """Send a message to this socket only."""
        self.send(encode(message))

    def send(self, frame: bytes, key: Hashable = None) -> None:
        """Send an encoded frame; with a ``key`` it replaces an unsent frame with the same key."""
        # The fast path: the outbox is empty and the network accepts the frame.
        if self._is_clear and self._try_send(frame):
            return
        if self.closed_with is not None:
            return
        if self._held is None:
            self.send_ahead(frame, key)
            return
        self._held.append((frame, key))
        if len(self._held) > MAX_FRAMES:
            self.close(CloseCode.TOO_SLOW, "too_slow")

    def send_ahead(self, frame: bytes, key: Hashable = None) -> None:
        """Send an encoded frame before the held ones."""
        if self.closed_with is None and (self._outbox or not self._try_send(frame)):
            self._queue(frame, key)

    async def drain(self) -> None:
        """Wait until the outbox is sent. Returns at once for servers with a direct interface."""
        if self._writer is not None:
            await asyncio.wait({self._writer})

    def seal(self, seal: Callable[[bytes], bytes]) -> None:
        """Transform every frame from now on with ``seal``, such as to encrypt it."""
        self._seal = seal

    def hold(self) -> None:
        """Hold frames until ``release``, so that a snapshot can be sent before them.

        Frames held by an earlier call are dropped: the new snapshot includes them.
        """
        self._held = []
        self._is_clear = False

    def release(self) -> None:
        """Send the held frames."""
        held, self._held = self._held or [], None
        self._is_clear = self.closed_with is None and not self._outbox
        for frame, key in held:
            self.send(frame, key)

    def close(self, code: int, reason: str = "") -> None:
        """Close the socket after the frames that are already in the outbox."""
        if self.closed_with is not None:
            return
        self.closed_with, self._reason = code, reason
        self._is_clear = False
        metrics.sockets_closed.labels(code=str(code)).inc()
        self._held = None
        if self._direct is not None:
            if code != CloseCode.TOO_SLOW:
                for frame in self._outbox.values():
                    self._direct.send_message(self._sealed(frame))
            self._outbox.clear()
            self._direct.close(code, reason)
        else:
            if code == CloseCode.TOO_SLOW:
                self._outbox.clear()
            self._ensure_writer()

    def gone(self) -> None:
        """Note that the peer has disconnected; nothing is sent any more."""
        if self.closed_with is None:
            self.closed_with = 1006
        self._is_clear = False
        self._held = None
        self._outbox.clear()

    def _try_send(self, frame: bytes) -> bool:
        outlet = self._outlet
        return outlet is not None and outlet.send(self._sealed(frame))

    def _sealed(self, frame: bytes) -> bytes:
        seal = self._seal
        return frame if seal is None else seal(frame)

    def _queue(self, frame: bytes, key: Hashable) -> None:
        if key is None:
            self._next += 1
            key = self._next
        # A replacement goes to the end of the queue, after everything sent before it.
        replaced = self._outbox.pop(key, None)
        if replaced is not None:
            metrics.frames_replaced.inc()
        self._bytes += len(frame) - (len(replaced) if replaced is not None else 0)
        self._outbox[key] = frame
        self._is_clear = False
        if len(self._outbox) > MAX_FRAMES or self._bytes > MAX_BYTES:
            metrics.sockets_too_slow.inc()
            self.close(CloseCode.TOO_SLOW, "too_slow")
        elif self._direct is None:
            self._ensure_writer()

    def _drain_direct(self) -> None:
        while self._outbox:
            key = next(iter(self._outbox))
            frame = self._outbox[key]
            if not self._try_send(frame):
                return
            del self._outbox[key]
            self._bytes -= len(frame)
        self._is_clear = self.closed_with is None and self._held is None

    def _ensure_writer(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._outbox:
                frame = self._outbox.pop(next(iter(self._outbox)))
                self._bytes -= len(frame)
                sealed = self._sealed(frame)
                body = {"bytes": sealed} if is_binary(sealed) else {"text": sealed.decode()}
                await self._send({"type": "websocket.send", **body})
            if self.closed_with is not None:
                await self._send(
                    {"type": "websocket.close", "code": self.closed_with, "reason": self._reason}
                )
        except (OSError, RuntimeError):
            # The peer has disconnected, or the server has answered its close; receive() informs the consumer.
            self._outbox.clear()
