"""picows' frame parser, started on a transport whose handshake we answer ourselves.

All that leans on picows' inside stands here; its version is pinned, and the RFC 6455 tests watch over it.
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

# What picows is told in place of the client's request, which is checked before: picows 2.3 refuses Firefox's
# "Connection: keep-alive, Upgrade".
STAND_IN_REQUEST = (
    b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

# picows logs as errors what any client can cause. An adapter: of a Logger it makes one more for each socket.
_logger = logging.getLogger("picows.server")
_logger.setLevel(logging.CRITICAL)
_quiet = logging.LoggerAdapter(_logger, {})

# What picows gets when it asks, in ``start``. It keeps whom it asked, so that is not the answer itself.
_answers: list[WSUpgradeResponseWithListener] = []


def _answer(request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
    return _answers.pop()


class FrameParser:
    """Sends the head of the answer on the transport, then calls the listener with each frame.

    ``sender`` is there to send frames; ``start`` puts the parser in charge of the transport. ``gave_up`` is
    called shortly after picows has met a protocol error and sent the close frame for it.
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
        """Answer, take the transport over (its reading must be paused), and parse what came early."""
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
    """A 101 whose bytes are given."""

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
    """The transport, and its socket, as picows gets to see them: hanging up is not left to it."""

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
        """Not needed: the event loop has set TCP_NODELAY, and a Unix socket knows no TCP options."""

    def getsockopt(self, *args: Any) -> int:
        return 0
