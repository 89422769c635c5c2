"""A turn of the event loop in three phases: all that is there is read, all is handled, all answers are sent.

A system call leaves the processor's caches and branch predictors with little of the interpreter in them. With
reading, handling and sending interleaved frame by frame, a relayed move cost a third more.
"""

import asyncio
import logging
from typing import Protocol
from weakref import WeakKeyDictionary

from picows import WSMsgType, WSTransport

TEXT = WSMsgType.TEXT
# What picows sends as a copy. The header of a longer message stays in a buffer that the next one overwrites:
# on uvloop, while the peer reads slowly, the stream would break.
PICOWS_COPIES = 8 * 1024

logger = logging.getLogger(__name__)


class Hearer(Protocol):
    """A connection that takes the text messages read from it and answers pings; it must not raise."""

    def take(self, data: bytes) -> None: ...
    def answer_ping(self) -> None: ...


class Turn:
    """What the connections of one loop have heard and are to be told in this turn."""

    __slots__ = ("__weakref__", "_loop", "_told", "_told_to", "heard", "is_due", "pinged")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.heard: list[tuple[Hearer, bytes]] = []
        """Text messages to be handled after all that is there has been read; who adds one sees that it is."""
        self.pinged: list[Hearer] = []
        """Who was pinged, each once however often; who adds one sees that the turn ends."""
        # Two lists, so that no message needs a tuple of its own.
        self._told_to: list[WSTransport] = []
        self._told: list[bytes] = []
        self.is_due = False

    def hear(self, connection: Hearer, data: bytes) -> None:
        """Let the connection take a message after all that is there has been read."""
        self.heard.append((connection, data))
        if not self.is_due:
            self.end_soon()

    def tell(self, transport: WSTransport, data: bytes) -> None:
        """Send a text message after all that was heard is handled."""
        self._told_to.append(transport)
        self._told.append(data)
        if not self.is_due:
            self.end_soon()

    def end_soon(self) -> None:
        """Handle and send in the next turn of the loop."""
        self.is_due = True
        self._loop.call_soon(self._end)

    def handle(self) -> None:
        """Handle now what was heard."""
        heard, self.heard = self.heard, []
        for connection, data in heard:
            connection.take(data)

    def send(self) -> None:
        """Send now what was told."""
        told_to, told = self._told_to, self._told
        self._told_to, self._told = [], []
        for number, data in enumerate(told):
            try:
                told_to[number].send(TEXT, data)
            except Exception:
                # It broke just now and will be told so; the others are to get theirs.
                logger.warning("A message could not be sent", exc_info=True)

    def _end(self) -> None:
        if self.pinged:
            pinged, self.pinged = self.pinged, []
            for connection in pinged:
                connection.answer_ping()
        try:
            self.handle()
        finally:
            self.is_due = False
            self.send()


class Outlet:
    """Takes what one connection is to be told, while it is open."""

    __slots__ = ("_turn", "is_open", "transport")

    def __init__(self, turn: Turn) -> None:
        self.is_open = False
        """Whether there is a transport whose peer keeps up with what it is sent."""
        self.transport: WSTransport | None = None
        self._turn = turn

    def send(self, data: bytes) -> bool:
        """Send a text message (UTF-8) this turn, unless the outlet is closed; returns whether."""
        transport = self.transport
        if not self.is_open or transport is None:
            return False
        if len(data) <= PICOWS_COPIES:
            self._turn.tell(transport, data)
        else:
            self._turn.send()
            write(transport, TEXT, data)
        return True


def write(transport: WSTransport, kind: WSMsgType, data: bytes) -> None:
    """Send a message of any length at once."""
    if len(data) <= PICOWS_COPIES:
        transport.send(kind, data)
    else:
        transport.send_reuse_external_bytearray(kind, bytearray(14) + data, 14)


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turn] = WeakKeyDictionary()


def turn_of(loop: asyncio.AbstractEventLoop) -> Turn:
    """The one of the loop."""
    turn = _turns.get(loop)
    if turn is None:
        turn = _turns[loop] = Turn(loop)
    return turn
