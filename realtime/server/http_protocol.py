"""uvicorn's HTTP protocol with bounds on the request's head, which uvicorn itself does not set.

``uvicorn.Config(app, http=BoundedHeadProtocol)``: a head (of a WebSocket handshake too) must arrive within
``head_timeout`` seconds and end within 16 KiB after the read it begins in, or the connection is answered 408
or 431 and closed.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from realtime.server import handshake


class BoundedHeadProtocol(HttpToolsProtocol):
    """``HttpToolsProtocol`` that does not wait, or make room, for ever."""

    head_timeout: ClassVar[float] = 10.0
    closing_timeout: ClassVar[float] = 1.0  # seconds a refused peer gets to take its answer

    _refused = False
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_has_come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self.scope is None and self._head_size == 0 and self._is_handshake(data):
            self._hand_over(data)
            return
        self._head_size += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_size > handshake.MAX_HEAD:
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_has_come()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_has_come()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        self._head_has_come()
        super().handle_websocket_upgrade()
        self._forget_parser()

    def _is_handshake(self, data: bytes) -> bool:
        return self.ws_protocol_class is not None and handshake.is_plain(data)

    def _hand_over(self, head: bytes) -> None:
        """Let the WebSocket protocol take a connection that begins with its handshake, as it came: to parse
        it here, and write it anew, takes longer than all that the other does with it.
        """
        self._head_has_come()
        self.connections.discard(self)
        protocol = self.ws_protocol_class(  # type: ignore[call-arg, misc]
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        protocol.connection_made(self.transport)
        protocol.data_received(head)
        self.transport.set_protocol(protocol)
        self._forget_parser()

    def _forget_parser(self) -> None:
        # The parser and this protocol hold each other; a connection that has moved on needs neither.
        self.parser = None  # type: ignore[assignment]

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout, self._refuse, 408)

    def _head_has_come(self) -> None:
        self._head_size = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int) -> None:
        self._head_has_come()
        if self.transport.is_closing():
            return
        self._refused = True
        answer = handshake.refusal(status, self.server_state.default_headers, handshake.phrase(status))
        self.transport.write(answer)
        # Closing at once, with unread data, would reset the connection and could cost the peer the answer.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._head_timer = self.loop.call_later(self.closing_timeout, self.transport.abort)
