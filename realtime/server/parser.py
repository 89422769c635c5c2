"""picows' frame parser, started on a transport whose handshake this server answers itself.

Everything that depends on picows internals is in this file; its version is pinned, and the RFC 6455 tests
cover it.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from multidict import CIMultiDict
from picows import (
    WSListener,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]

# Given to picows in place of the client's request, which was validated before: picows 2.3 refuses Firefox's
# "Connection: keep-alive, Upgrade".
STAND_IN_REQUEST = (
    b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

# picows logs client errors as errors. A LoggerAdapter, since picows would create a child of a Logger for each
# socket.
_logger = logging.getLogger("picows.server")
_logger.setLevel(logging.CRITICAL)
_quiet = logging.LoggerAdapter(_logger, {})

# The object that picows calls in ``start``. It is kept by picows, so it is separate from the answer itself.
_answers: list[WSUpgradeResponseWithListener] = []


def _answer(request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
    return _answers.pop()


class FrameParser:
    """Sends the response head on the transport, then calls the listener with each frame.

    ``sender`` sends frames; ``start`` puts the parser in charge of the transport. ``gave_up`` is called
    shortly after picows has met a protocol error and sent the close frame for it.
    """

    __slots__ = ("_answer", "_protocol", "_transport", "sender")

    def __init__(
        self,
        transport: asyncio.Transport,
        listener: WSListener,
        head: bytes,
        max_frame_size: int,
        gave_up: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._answer = WSUpgradeResponseWithListener(_Accepted(head), listener)
        self._protocol = WSProtocol(
            host_port=None,
            ws_path=None,
            is_client_side=False,
            ws_listener_factory=_answer,
            logger=_quiet,
            disconnect_on_exception=True,
            websocket_handshake_timeout=None,
            enable_auto_ping=False,
            auto_ping_idle_timeout=0,
            auto_ping_reply_timeout=0,
            auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
            enable_auto_pong=False,
            max_frame_size=max_frame_size,
            extra_headers=None,
            read_buffer_init_size=2048,
        )
        self._protocol.connection_made(_Wire(transport, gave_up))
        self.sender: WSTransport = self._protocol.transport

    def start(self, early: bytes) -> None:
        """Send the response, take over the transport (its reading must be paused), and parse ``early``."""
        self._transport.set_protocol(self._protocol)
        _answers.append(self._answer)
        data = memoryview(STAND_IN_REQUEST + early)
        while data:
            view = self._protocol.get_buffer(len(data))
            size = min(len(view), len(data))
            view[:size] = data[:size]
            self._protocol.buffer_updated(size)
            data = data[size:]


class _Accepted(WSUpgradeResponse):
    """A 101 response with the given bytes."""

    __slots__ = ("_head",)

    def __init__(self, head: bytes) -> None:
        self._head = head
        self.version = b"HTTP/1.1"
        self.status = HTTPStatus.SWITCHING_PROTOCOLS
        self.headers = CIMultiDict()
        self.body = None

    def to_bytes(self) -> bytearray:
        return bytearray(self._head)


class _Wire:
    """The transport and socket as presented to picows, which must not close them."""

    __slots__ = ("_transport", "close")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" else self._transport.get_extra_info(name, default)

    def fileno(self) -> int:
        return int(self._transport.get_extra_info("socket").fileno())

    def setsockopt(self, *args: Any) -> None:
        """Do nothing: the event loop has set TCP_NODELAY, and Unix sockets have no TCP options."""

    def getsockopt(self, *args: Any) -> int:
        return 0
