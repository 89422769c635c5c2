"""An iteration of the event loop in three phases: read everything available, handle it, send all answers.

A system call evicts much of the interpreter from the processor's caches and branch predictors. With reading,
handling and sending interleaved frame by frame, a relayed move cost a third more.
"""

import asyncio
import logging
from typing import Protocol
from weakref import WeakKeyDictionary

from picows import WSMsgType, WSTransport

TEXT = WSMsgType.TEXT
BINARY = WSMsgType.BINARY
# The longest message that picows copies. The header of a longer one stays in a buffer that the next message
# overwrites: on uvloop, a slow reader would get a corrupt stream.
PICOWS_COPIES = 8 * 1024

logger = logging.getLogger(__name__)


class Receiver(Protocol):
    """A connection that receives text messages and answers pings; it must not raise."""

    def take(self, data: bytes) -> None: ...
    def answer_ping(self) -> None: ...


class Turn:
    """The messages received and to be sent by the connections of one loop in this iteration."""

    __slots__ = ("__weakref__", "_loop", "_told", "_told_to", "heard", "is_due", "pinged")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.heard: list[tuple[Receiver, bytes]] = []
        """Text messages to be handled after reading; whoever appends one must schedule it."""
        self.pinged: list[Receiver] = []
        """The connections that were pinged, each once; whoever appends one must call ``end_soon``."""
        # Two lists, so that messages need no tuples.
        self._told_to: list[WSTransport] = []
        self._told: list[bytes] = []
        self.is_due = False

    def hear(self, connection: Receiver, data: bytes) -> None:
        """Have the connection handle a message after all available data has been read."""
        self.heard.append((connection, data))
        if not self.is_due:
            self.end_soon()

    def tell(self, transport: WSTransport, data: bytes) -> None:
        """Send a message after all received messages are handled."""
        self._told_to.append(transport)
        self._told.append(data)
        if not self.is_due:
            self.end_soon()

    def end_soon(self) -> None:
        """Handle and send in the next iteration of the loop."""
        self.is_due = True
        self._loop.call_soon(self._end)

    def handle(self) -> None:
        """Handle the received messages now."""
        heard, self.heard = self.heard, []
        for connection, data in heard:
            connection.take(data)

    def send(self) -> None:
        """Send the queued messages now."""
        told_to, told = self._told_to, self._told
        self._told_to, self._told = [], []
        for number, data in enumerate(told):
            try:
                told_to[number].send(kind_of(data), data)
            except Exception:
                # This connection just broke and will be notified; the others must still be sent theirs.
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
    """The sending side of one connection."""

    __slots__ = ("_turn", "is_open", "transport")

    def __init__(self, turn: Turn) -> None:
        self.is_open = False
        """Whether there is a transport whose peer reads fast enough."""
        self.transport: WSTransport | None = None
        self._turn = turn

    def send(self, data: bytes) -> bool:
        """Send a message in this turn; return False if the outlet is closed."""
        transport = self.transport
        if not self.is_open or transport is None:
            return False
        if len(data) <= PICOWS_COPIES:
            self._turn.tell(transport, data)
        else:
            self._turn.send()
            write(transport, kind_of(data), data)
        return True


def is_binary(data: bytes) -> bool:
    """Return whether this is a binary message: one that begins like no text in UTF-8, as MessagePack's short
    arrays do.
    """
    return bool(data) and 0x80 <= data[0] < 0xC0


def kind_of(data: bytes) -> WSMsgType:
    """Return whether to send this as text or as binary."""
    return BINARY if is_binary(data) else TEXT


def write(transport: WSTransport, kind: WSMsgType, data: bytes) -> None:
    """Send a message of any length at once."""
    if len(data) <= PICOWS_COPIES:
        transport.send(kind, data)
    else:
        transport.send_reuse_external_bytearray(kind, bytearray(14) + data, 14)


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turn] = WeakKeyDictionary()


def turn_of(loop: asyncio.AbstractEventLoop) -> Turn:
    """Return the loop's turn."""
    turn = _turns.get(loop)
    if turn is None:
        turn = _turns[loop] = Turn(loop)
    return turn
