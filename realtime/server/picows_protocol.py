"""A uvicorn WebSocket protocol on picows: ``uvicorn.Config(app, ws=PicowsProtocol)``.

uvicorn reads the HTTP head and hands it over; once the application accepts, picows' parser (Cython) takes the
transport. The application sees plain ASGI, and beside it ``scope["extensions"]["realtime.direct"]``: the
connection itself, whose ``outlet.send``, ``send_message``, ``set_on_text``, ``set_on_drain``,
``pause_reading``, ``resume_reading`` and ``close`` are plain functions for the event loop's thread, without a
coroutine and an event for each message.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import quote, unquote_to_bytes

from picows import WSFrame, WSListener, WSMsgType, WSTransport
from uvicorn.config import Config
from uvicorn.protocols.utils import (
    ClientDisconnected,
    get_client_addr,
    get_local_addr,
    get_remote_addr,
    is_ssl,
)
from uvicorn.server import ServerState

from realtime.server import handshake
from realtime.server.handshake import Header
from realtime.server.parser import FrameParser
from realtime.server.turn import Outlet, kind_of, turn_of, write

TEXT, BINARY, CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
CLOSE, PING = WSMsgType.CLOSE, WSMsgType.PING
CONNECTING, OPEN, CLOSING, CLOSED = range(4)

MAX_QUEUED = 32  # received messages that may be queued before reading pauses
RECEIVE_BUFFER = 64 * 1024  # bounds one read; picows' buffer doubles permanently whenever a read fills it
SEND_BUFFER = (
    16 * 1024
)  # limits what the kernel buffers for a slow peer, instead of megabytes of stale messages

logger = logging.getLogger("uvicorn.error")
access_logger = logging.getLogger("uvicorn.access")


class PicowsProtocol(WSListener, asyncio.Protocol):
    """One connection: the transport's protocol until it is accepted, then picows' listener."""

    opening_timeout = 10.0  # seconds from the request's head to the application's answer
    closing_timeout = 3.0  # seconds for a peer to answer a close and to read what is still buffered

    __slots__ = (
        "_access_log",
        "_answering",
        "_app",
        "_app_state",
        "_config",
        "_connections",
        "_default_headers",
        "_drained",
        "_early",
        "_goodbye",
        "_heard",
        "_held",
        "_key",
        "_lagging",
        "_loop",
        "_on_drain",
        "_on_text",
        "_partial",
        "_partial_kind",
        "_ping",
        "_pinged",
        "_queue",
        "_reading_paused",
        "_scope",
        "_slow",
        "_state",
        "_tasks",
        "_timer",
        "_transport",
        "_turn",
        "_waiter",
        "outlet",
    )

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._app: Any = config.loaded_app
        self._app_state = app_state
        self._connections: set[Any] = server_state.connections
        self._tasks = server_state.tasks
        self._default_headers = server_state.default_headers
        self._access_log = config.access_log and access_logger.hasHandlers()
        self._loop = _loop or asyncio.get_running_loop()
        self._turn = turn_of(self._loop)
        self.outlet = Outlet(self._turn)
        """Closed before the handshake is answered, while the write buffer is above its high mark, and in the
        end.
        """
        self._transport: asyncio.Transport
        self._state = CONNECTING
        self._timer: asyncio.TimerHandle | None = None
        self._key = b""
        self._early = b""  # received after the head, before the response
        self._scope: dict[str, Any] | None = None  # until the answer
        self._answering: tuple[int, list[Header], bytes] | None = None  # websocket.http.response
        # Receiving: str is a text message, bytes a binary one, a dict an event.
        self._queue: list[str | bytes | dict[str, Any]] = []  # a deque takes 0.7 KiB, full or empty
        self._goodbye: dict[str, Any] | None = None  # the websocket.disconnect event, once there is one
        self._waiter: asyncio.Future[None] | None = None
        self._on_text: Callable[[bytes], None] | None = None
        self._partial: bytearray | None = None  # a fragmented message so far
        self._partial_kind = TEXT
        self._lagging = self._held = self._reading_paused = False
        # Sending
        self._slow = False
        self._drained: asyncio.Future[None] | None = None
        self._on_drain: Callable[[], None] | None = None
        # Keep-alive
        self._ping: bytes | None = None  # the peer's last ping, until it is answered
        self._heard = self._pinged = False

    # -- The opening handshake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._after(self.opening_timeout, self._opening_timed_out)

    def data_received(self, data: bytes) -> None:
        """Process the head, which uvicorn hands over as a whole, then buffer data until the response."""
        if self._state != CONNECTING:
            return
        if self._key:
            self._early += data
            if len(self._early) > handshake.MAX_HEAD:
                self._reading_paused = True
                self._transport.pause_reading()
            return
        head, _, self._early = data.partition(b"\r\n\r\n")
        method, target, headers = handshake.parse(head)
        fault = 431 if len(head) > handshake.MAX_HEAD else handshake.fault(method, target, headers)
        if fault is not None:
            self._refuse(fault, [(b"sec-websocket-version", b"13")] if fault == 426 else [])
            return
        (self._key,) = handshake.values(headers, b"sec-websocket-key")
        self._scope = self._make_scope(target, headers)
        self._queue.append({"type": "websocket.connect"})
        task = self._loop.create_task(self._run(self._scope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _make_scope(self, target: bytes, headers: list[Header]) -> dict[str, Any]:
        raw_path, _, query = target.partition(b"?")
        root = self._config.root_path
        return {
            "type": "websocket",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "root_path": root,
            "path": root + unquote_to_bytes(raw_path).decode(errors="replace"),
            "raw_path": root.encode("ascii") + raw_path,
            "query_string": query,
            "headers": headers,
            "subprotocols": [
                offer.strip()
                for value in handshake.values(headers, b"sec-websocket-protocol")
                for offer in value.decode("latin-1").split(",")
            ],
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}, "realtime.direct": self},
        }

    def _accept(self, subprotocol: str | None, headers: Iterable[Header]) -> None:
        """Answer 101 and hand the transport to picows."""
        head = handshake.answer(
            101,
            [
                (b"upgrade", b"websocket"),
                (b"connection", b"Upgrade"),
                (b"sec-websocket-accept", handshake.accept_key(self._key)),
                *([(b"sec-websocket-protocol", subprotocol.encode())] if subprotocol else []),
                *self._default_headers,
                *headers,
            ],
        )
        self._log_answer(101)
        wire = self._transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if wire.family != socket.AF_UNIX:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, SEND_BUFFER)
        self._reading_paused = True
        self._transport.pause_reading()
        parser = FrameParser(self._transport, self, head, self._config.ws_max_size, self._parser_gave_up)
        self.outlet.transport = parser.sender
        self._state = OPEN
        self._steer_sending()
        early, self._early = self._early, b""
        parser.start(early)
        self._steer_reading()
        if self._state == OPEN:
            self._heard = True
            self._keep_alive()

    def _refuse(self, status: int, headers: Iterable[Header] = (), body: bytes | None = None) -> None:
        """Answer the handshake with a plain HTTP response and close the connection."""
        body = handshake.phrase(status) if body is None else body
        response = handshake.refusal(status, [*self._default_headers, *headers], body)
        self._log_answer(status)
        self._transport.write(response)
        self._end(1006, "")
        self._transport.close()

    def _log_answer(self, status: int) -> None:
        scope, self._scope = self._scope, None
        if self._access_log and scope is not None:
            # Without the query string: it may hold a token.
            access_logger.info(
                '%s - "%s %s HTTP/%s" %d',
                get_client_addr(cast(Any, scope)),
                "WEBSOCKET",
                quote(scope["path"]),
                "1.1",
                status,
            )

    # -- The application

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except asyncio.CancelledError:
            self._leave(1012, 503)
            raise
        except Exception:
            logger.exception("Exception in ASGI application")
            self._leave(1011, 500)
        else:
            if self._state == CONNECTING:
                logger.error("ASGI callable returned without answering the handshake.")
            self._leave(1000, 500)

    def _leave(self, code: int, status: int) -> None:
        """Close an open socket with the code, or refuse a connecting one with the HTTP status."""
        if self._state == OPEN:
            self._close(code)
        elif self._state == CONNECTING:
            self._refuse(status)

    async def receive(self) -> dict[str, Any]:
        """Return the next event; after the end of the connection, always ``websocket.disconnect``."""
        if self._waiter is not None:
            raise RuntimeError("Another task already waits in receive().")
        while not self._queue:
            if self._goodbye is not None:
                return self._goodbye
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        item = self._queue.pop(0)
        if self._lagging and len(self._queue) < MAX_QUEUED // 2:
            self._lagging = False
            self._steer_reading()
        if isinstance(item, str):
            return {"type": "websocket.receive", "text": item}
        if isinstance(item, bytes):
            return {"type": "websocket.receive", "bytes": item}
        return item

    async def send(self, event: dict[str, Any]) -> None:
        """Process the application's event; waits while the peer reads too slowly.

        Raises ``ClientDisconnected`` (an ``OSError``) once the connection has ended.
        """
        kind = event["type"]
        while self._slow and self._state == OPEN:
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.shield(self._drained)
        if self._state >= CLOSING:
            if kind == "websocket.close":
                return
            raise ClientDisconnected
        if self._state == OPEN:
            if kind == "websocket.send":
                text = event.get("text")
                if text is not None:
                    self._write(TEXT, text.encode())
                else:
                    self._write(BINARY, event["bytes"])
            elif kind == "websocket.close":
                self._close(event.get("code", 1000), event.get("reason") or "")
            else:
                raise RuntimeError(f"Unexpected ASGI message {kind!r} on an open WebSocket.")
        elif kind == "websocket.http.response.body" and self._answering is not None:
            status, headers, body = self._answering
            body += event.get("body", b"")
            self._answering = (status, headers, body)
            if not event.get("more_body", False):
                self._refuse(status, headers, body)
        elif self._answering is not None:
            raise RuntimeError(f"Unexpected ASGI message {kind!r} within a response.")
        elif kind == "websocket.accept":
            self._accept(event.get("subprotocol"), event.get("headers", ()))
        elif kind == "websocket.close":
            self._refuse(403)
        elif kind == "websocket.http.response.start":
            self._answering = (event["status"], list(event.get("headers", ())), b"")
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r} before the handshake is answered.")

    # -- The direct interface

    def send_message(self, data: bytes) -> None:
        """Send a message at once; never waits; does nothing once the connection has ended."""
        if self._state == OPEN:
            self._write(kind_of(data), data)

    def set_on_drain(self, function: Callable[[], None]) -> None:
        """Call the function whenever a slow connection has become writable again."""
        self._on_drain = function

    def set_on_text(self, function: Callable[[bytes], None]) -> None:
        """Pass text messages, in order, including queued ones, to the function instead of ``receive``.

        If it raises, the connection is closed with 1011.
        """
        queued = self._queue
        self._queue = [item for item in queued if not isinstance(item, str)]
        self._lagging = len(self._queue) >= MAX_QUEUED
        if self._state != CLOSED:
            self._on_text = function
        for item in queued:
            if isinstance(item, str) and not self._call(function, item.encode()):
                break
        self._steer_reading()

    def pause_reading(self) -> None:
        """Pause reading from the peer; messages that were already read may still arrive."""
        self._held = True
        self._steer_reading()

    def resume_reading(self) -> None:
        """Undo ``pause_reading``."""
        self._held = False
        self._steer_reading()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with the code; before the handshake is answered, refuse it with 403."""
        if self._state == OPEN:
            self._close(code, reason)
        elif self._state == CONNECTING:
            self._refuse(403)

    # -- Called by picows

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self._heard = True
        kind = frame.msg_type
        if self._state != OPEN or transport.is_close_frame_sent:
            if kind is CLOSE and self._state == CLOSING:
                self._transport.close()
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._fail(1002, "reserved bit set")
        elif kind is TEXT and frame.fin and self._partial is None:
            # Inlined: this runs for each text message, right after a system call.
            turn = self._turn
            turn.heard.append((self, frame.get_payload_as_bytes()))
            if not turn.is_due:
                turn.end_soon()
        elif kind is TEXT or kind is BINARY or kind is CONTINUATION:
            if frame.fin and kind is BINARY and self._partial is None:
                self._received_binary(frame.get_payload_as_bytes())
            else:
                self._received_fragment(kind, frame)
        elif kind is PING:
            if self._ping is None:
                self._turn.pinged.append(self)
                if not self._turn.is_due:
                    self._turn.end_soon()
            self._ping = frame.get_payload_as_bytes()
        elif kind is CLOSE:
            self._received_close(frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._turn.handle()
        self._lost()

    def answer_ping(self) -> None:
        """Answer only the last ping of this turn, as RFC 6455 allows.

        A pong is a system call, and a peer that sends nothing but pings would keep the loop busy.
        """
        ping, self._ping = self._ping, None
        # Do not queue pongs for a peer that does not read.
        if self._state == OPEN and not self._slow:
            assert self.outlet.transport is not None
            self.outlet.transport.send_pong(ping)

    def take(self, data: bytes) -> None:
        """Pass a text message to the application; called when the turn's reading is done."""
        if self._state != OPEN:
            return
        function = self._on_text
        try:
            if function is None:
                self._put(data.decode())
                return
            if not data.isascii():
                data.decode()
        except UnicodeDecodeError:
            self._fail(1007, "invalid UTF-8")
            return
        try:
            function(data)
        except Exception:
            self._failed()

    def _received_binary(self, data: bytes) -> None:
        # Delivered after the text messages that arrived before it.
        self._turn.handle()
        if self._state == OPEN:
            self._put(data)

    def _received_fragment(self, kind: WSMsgType, frame: WSFrame) -> None:
        if (kind is CONTINUATION) != (self._partial is not None):
            self._fail(1002, "fragment out of place")
            return
        if self._partial is None:
            self._partial, self._partial_kind = bytearray(), kind
        if len(self._partial) + frame.payload_size > self._config.ws_max_size:
            self._partial = None
            self._fail(1009, "message too big")
            return
        self._partial += frame.get_payload_as_memoryview()
        if frame.fin:
            data, self._partial = bytes(self._partial), None
            if self._partial_kind is TEXT:
                self._turn.hear(self, data)
            else:
                self._received_binary(data)

    def _received_close(self, payload: bytes) -> None:
        """Answer the peer's close. picows has rejected one-byte payloads and invalid UTF-8."""
        self._turn.handle()
        if self._state != OPEN:
            return
        code = int.from_bytes(payload[:2], "big") if payload else 1005
        if payload and not _may_be_sent(code):
            self._fail(1002, "invalid close code")
            return
        assert self.outlet.transport is not None
        self._turn.send()
        self.outlet.transport.send_close(cast(Any, code if payload else 1000))
        self._end(code, payload[2:].decode())
        self._transport.close()

    def _put(self, item: str | bytes) -> None:
        self._queue.append(item)
        if not self._lagging and len(self._queue) >= MAX_QUEUED:
            self._lagging = True
            self._steer_reading()
        self._wake()

    def _call(self, function: Callable[..., None], *args: Any) -> bool:
        """Call the application; return whether it succeeded. An exception ends this connection only."""
        try:
            function(*args)
        except Exception:
            self._failed()
            return False
        return True

    def _failed(self) -> None:
        logger.exception("Exception in a callback of a WebSocket")
        if self._state == OPEN:
            self._close(1011)

    # -- Flow

    def pause_writing(self) -> None:
        self._slow = True
        self._steer_sending()

    def resume_writing(self) -> None:
        self._slow = False
        self._steer_sending()
        self._release_senders()
        if self._on_drain is not None and self._state == OPEN:
            self._call(self._on_drain)

    def _release_senders(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None:
            drained.set_result(None)

    def _steer_sending(self) -> None:
        self.outlet.is_open = self._state == OPEN and not self._slow

    def _steer_reading(self) -> None:
        """Pause or resume reading; a closing connection always reads, to get the peer's close."""
        pause = self._state == OPEN and (self._lagging or self._held)
        if pause != self._reading_paused:
            self._reading_paused = pause
            if pause:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _write(self, kind: WSMsgType, data: bytes) -> None:
        assert self.outlet.transport is not None
        self._turn.send()
        write(self.outlet.transport, kind, data)

    # -- Timers: one at a time

    def _after(self, seconds: float, function: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, function)

    def _opening_timed_out(self) -> None:
        logger.error("The application did not answer a WebSocket handshake in %s s.", self.opening_timeout)
        self._refuse(503)

    def _keep_alive(self) -> None:
        """Ping a peer that has been silent for an interval; drop one that stays silent after that."""
        interval, timeout = self._config.ws_ping_interval, self._config.ws_ping_timeout
        if not interval:
            if self._timer is not None:
                self._timer.cancel()
        elif self._heard or self._reading_paused:
            self._heard = self._pinged = False
            self._after(interval, self._keep_alive)
        elif self._pinged and timeout:
            self._close(1011, "keepalive ping timeout")
        else:
            assert self.outlet.transport is not None
            self.outlet.transport.send_ping()
            self._pinged = True
            self._after(timeout or interval, self._keep_alive)

    # -- The end

    def shutdown(self) -> None:
        """Close the connection because uvicorn stops."""
        self._leave(1012, 503)

    def _close(self, code: int, reason: str = "") -> None:
        """Send a close frame; picows keeps reading until the peer's."""
        if not _may_be_sent(code):
            raise ValueError(f"{code} is no close code that may be sent.")
        assert self.outlet.transport is not None
        self._turn.send()
        self.outlet.transport.send_close(cast(Any, code), reason.encode()[:123].decode(errors="ignore"))
        self._end(code, reason)

    def _end(self, code: int, reason: str) -> None:
        """End the conversation: inform the application, and give the transport time to finish."""
        self._state = CLOSING
        self._goodbye = {"type": "websocket.disconnect", "code": code, "reason": reason}
        self._partial = None
        self._after(self.closing_timeout, self._transport.abort)
        self._steer_reading()
        self._steer_sending()
        self._release_senders()
        self._wake()

    def _fail(self, code: int, reason: str) -> None:
        """Close because the peer violated the protocol, and ignore what it sends."""
        self._close(code, reason)
        self._hang_up()

    def _parser_gave_up(self) -> None:
        """Handle a protocol error after which picows has sent the close frame and can read no further."""
        if self._state == OPEN:
            assert self.outlet.transport is not None
            sent = self.outlet.transport.close_handshake.sent
            assert sent is not None
            self._end(int(cast(Any, sent.code)), sent.reason)
        self._hang_up()

    def _hang_up(self) -> None:
        """Send EOF, and discard what is received until the peer closes too.

        Closing with unread data would reset the connection, and the peer might not see the close frame.
        """
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._transport.set_protocol(self)
            self._transport.resume_reading()
            if self._transport.can_write_eof():
                self._transport.write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost()

    def _lost(self) -> None:
        if self._state < CLOSING:
            self._end(1006, "")
        self._state = CLOSED
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._connections.discard(self)
        self.outlet.transport = self._on_text = self._on_drain = self._scope = None


def _may_be_sent(code: int) -> bool:
    """Return whether the code may be sent in a close frame (RFC 6455 section 7.4 and IANA's registry)."""
    return 3000 <= code <= 4999 or (1000 <= code <= 1014 and code not in (1004, 1005, 1006))
