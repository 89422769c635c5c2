"""uvicorn's HTTP protocol with timeouts, a limit on the request's head, and problem bodies for bad requests.

``uvicorn.Config(app, http=BoundedHeadProtocol)``: a head (of a WebSocket handshake too) must arrive within
``head_timeout`` seconds and end within 16 KiB after the read it begins in, its target within 2 KiB, and a
body within ``body_timeout`` seconds, or the connection is answered 408, 431 or 414 and closed. A peer that
reads nothing of its answer for ``stalled_timeout`` seconds is dropped, and one that sends more than
``MAX_PIPELINED`` requests ahead of their answers.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from core.problems import problem
from realtime.server import handshake

MAX_PIPELINED = 32
"""A packet could hold a thousand short requests, which take a hundred times as much memory once parsed."""

_DETAILS = {
    400: "This is not HTTP as it can be read.",
    408: "The request did not come in time.",
    414: f"The target of a request has at most {handshake.MAX_TARGET} bytes.",
    431: f"The head of a request has at most {handshake.MAX_HEAD} bytes.",
}


class _Bounded:
    """A protocol with timeouts."""

    head_timeout = 10.0
    body_timeout = 20.0
    stalled_timeout = 30.0
    closing_timeout = 1.0  # seconds for a refused peer to read its answer

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    server_state: ServerState

    _refused = False
    _head_timer: asyncio.TimerHandle | None = None

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout, self._refuse, 408)

    def _head_has_come(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int) -> None:
        self._head_has_come()
        if self.transport.is_closing():
            return
        self._refused = True
        self._answer(status)
        # Closing with unread data would reset the connection, and the peer might not see the answer.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._head_timer = self.loop.call_later(self.closing_timeout, self.transport.abort)

    def _answer(self, status: int) -> None:
        answer = problem(status, _DETAILS[status])
        headers = [*self.server_state.default_headers, (b"content-type", answer["Content-Type"].encode())]
        self.transport.write(handshake.refusal(status, headers, answer.content))


class BoundedHeadProtocol(_Bounded, asyncio.Protocol):
    """A connection from which nothing has been read yet.

    One that begins with a handshake in the usual form is passed to the WebSocket protocol with its raw head:
    parsing and rewriting it here would take longer than everything else in that protocol.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = _loop or asyncio.get_running_loop()
        self.server_state = server_state
        self._config = config
        self._app_state = app_state

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.server_state.connections.add(self)  # type: ignore[arg-type]
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_has_come()
        self.server_state.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._head_has_come()
        self.server_state.connections.discard(self)
        protocol: Any
        if self._config.ws_protocol_class is not None and handshake.is_plain(data):
            protocol = self._config.ws_protocol_class(  # type: ignore[call-arg]
                config=self._config, server_state=self.server_state, app_state=self._app_state
            )
        else:
            protocol = _BoundedHttp(self._config, self.server_state, self._app_state, self.loop)
            for name in ("head_timeout", "body_timeout", "stalled_timeout", "closing_timeout"):
                setattr(protocol, name, getattr(self, name))
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        protocol.data_received(data)

    def shutdown(self) -> None:
        """Close the connection because uvicorn stops."""
        self.transport.close()


class _BoundedHttp(_Bounded, HttpToolsProtocol):
    """``HttpToolsProtocol`` with timeouts."""

    _head_size = 0
    _lacks_body = False
    _answering: RequestResponseCycle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _stalled_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        # Of several requests on one connection uvicorn tells the last alone that its client is gone.
        self.pipeline.clear()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._head_size += len(data)
        super().data_received(data)
        if self._lacks_body and self._body_timer is None:
            self._body_timer = self.loop.call_later(self.body_timeout, self._body_timed_out)
        if not self._refused and self._head_timer is not None and self._head_size > handshake.MAX_HEAD:
            self._refuse(431)

    def send_400_response(self, msg: str) -> None:
        if len(self.pipeline) > MAX_PIPELINED:
            self.transport.abort()
        else:
            self._refuse(414 if len(self.url) > handshake.MAX_TARGET else 400)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > handshake.MAX_TARGET:
            # To the parser it is like any fault, and the answer is ``send_400_response``.
            raise ValueError("The target is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_has_come()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_has_come()
        super().on_headers_complete()
        self._lacks_body = True
        if len(self.pipeline) > MAX_PIPELINED:
            # To the parser it is like any fault; the rest of what was read is not parsed any more.
            raise ValueError("Too many requests are sent ahead.")

    def on_message_complete(self) -> None:
        self._body_has_come()
        super().on_message_complete()

    def _body_has_come(self) -> None:
        self._lacks_body = False
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _body_timed_out(self) -> None:
        if self.cycle.response_started:
            self.transport.abort()
        else:
            self._refuse(408)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_read_again()

    def _look_again(self, waiting: int) -> None:
        self._stalled_timer = self.loop.call_later(self.stalled_timeout, self._drop_if_stalled, waiting)

    def _drop_if_stalled(self, waited: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting < waited:
            self._look_again(waiting)
        else:
            self.transport.abort()

    def _is_read_again(self) -> None:
        if self._stalled_timer is not None:
            self._stalled_timer.cancel()
            self._stalled_timer = None

    def _stop_timers(self) -> None:
        self._head_has_come()
        self._body_has_come()
        self._is_read_again()

    def handle_websocket_upgrade(self) -> None:
        self._stop_timers()
        if self.cycle is not None and not self.cycle.response_complete:
            # Pending HTTP answers would end up among the frames.
            self.transport.close()
            return
        super().handle_websocket_upgrade()
        # Break the reference cycle of parser and protocol, which a connection that was handed over does not
        # need.
        self.parser = None  # type: ignore[assignment]

    def _head_has_come(self) -> None:
        self._head_size = 0
        super()._head_has_come()
