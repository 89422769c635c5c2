"""A persistent WebSocket that reconnects, resumes, and queues what is sent meanwhile."""

import asyncio
import itertools
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from gameplatform_client import protocol
from gameplatform_client.encryption import Cipher
from gameplatform_client.errors import (
    AnswerLost,
    ApiError,
    ChannelClosed,
    ClientError,
    CommandRefused,
    ProtocolError,
)
from gameplatform_client.handlers import Handlers
from gameplatform_client.messages import PROTOCOL_VERSION, RECONNECT_AFTER, MessageType

logger = logging.getLogger("gameplatform_client")

CONNECT_WITHIN_S = 10.0
CLOSE_WITHIN_S = 1.0
ANSWER_WITHIN_S = 10.0
PING_EVERY_S = 20.0
QUIET_IN_PLAY_S = 1.0
"""In a game under way a silence of this length is asked about ..."""
ANSWER_IN_DOUBT_S = 0.9
"""... and a connection that then stays silent for this long is given up, on a very slow network later."""
ANSWER_PER_LATENCY = 1.25
"""No answer can come sooner than the latency."""
LATE_S = 0.5
"""A loop that is busy for longer may have frames that it has not read."""
BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 15.0
STEADY_AFTER_S = 5.0
"""A connection that lasted this long resets the backoff."""
OUTBOX_MOST = 100
INBOX_MOST = 1000
"""Maximum number of messages waiting for handlers; then reading pauses, and the server closes (1013)."""

LOST = 1006
UNREADABLE = 1007
UNAUTHENTICATED = 4401

Token = Callable[[], Awaitable[str]]
Told = Callable[[str, object], Awaitable[None]]
State = Literal["closed", "connecting", "open", "waiting"]

_ids = itertools.count(1)


def answer_within(latency: float) -> float:
    """Return the seconds for which a connection in doubt is waited for, over a network of this latency."""
    return max(ANSWER_IN_DOUBT_S, ANSWER_PER_LATENCY * latency)


def backoff(losses: int) -> float:
    """Return the seconds to wait after this many consecutive losses: exponential, with full jitter."""
    return random.uniform(0, min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2 ** min(losses, 16)))


def _stamped(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message with an ``id``; ids in its fields become numbers where possible."""
    known = {name: protocol.number(value) for name, value in message.items() if name.endswith("_id")}
    return {"id": f"c{next(_ids)}", **message, **known}


def _not_understood(problem: Exception) -> ChannelClosed:
    """Return the close error for data that is not a valid message and would be sent again."""
    logger.error("What the server sent was not understood", exc_info=problem)
    closed = ChannelClosed(UNREADABLE, "not_understood")
    closed.__cause__ = problem
    return closed


class Channel(Handlers):
    """A persistent socket.

    Its handlers are called in order, on a task of their own, so that a handler may itself send commands and
    wait.
    """

    _subprotocols: Sequence[str] = ()
    """The forms of frames to ask for, the preferred first, besides the server's plain one."""

    def __init__(
        self,
        url: str,
        *,
        token: Token,
        told: Told,
        cipher: Cipher | None = None,
        query: Mapping[str, str] | None = None,
    ) -> None:
        """``url`` is ``ws(s)://``, without its ``query``; ``told`` gets every message, as do the handlers."""
        super().__init__()
        self.state: State = "closed"
        self.seq: int | None = None
        """The ``seq`` of the last event received: a new connection resumes after it."""
        self._url = url
        self._token = token
        self._told = told
        self._cipher = cipher
        self._query = dict(query or {})
        self._socket: ClientConnection | None = None
        self._outbox: deque[dict[str, Any]] = deque()
        self._inbox: asyncio.Queue[tuple[str, object] | None] = asyncio.Queue(INBOX_MOST)
        self._answers: dict[object, asyncio.Future[protocol.Message | None]] = {}
        self._expected: dict[str, list[asyncio.Future[protocol.Message]]] = {}
        self._renewal_wanted = asyncio.Event()
        self._is_leaving = False
        self._is_in_play = asyncio.Event()
        self._heard_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._opened: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[ChannelClosed] | None = None

    # -- Opening and closing

    async def open(self) -> None:
        """Connect, retrying until the first frame is received.

        Raises ``ChannelClosed`` if the server refuses the socket.
        """
        if self._opened is None or self.state == "closed":
            loop = asyncio.get_running_loop()
            self._opened, self._closed = loop.create_future(), loop.create_future()
            self._inbox = asyncio.Queue(INBOX_MOST)
            self.state = "connecting"
            self._tasks = [asyncio.create_task(self._stay())]
        await asyncio.shield(self._opened)
        if len(self._tasks) == 1:
            # Not earlier: the first frame is also for handlers that the caller registers after this returns.
            self._tasks.append(asyncio.create_task(self._tell(self._inbox)))

    async def close(self) -> None:
        """Close for good, dropping everything that is queued."""
        if self.state == "closed":
            return
        self._end(ChannelClosed(1000, "closed_here"))
        while not self._inbox.empty():
            self._inbox.get_nowait()
        self._inbox.put_nowait(None)
        # A handler may be the caller.
        others = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def wait_closed(self) -> ChannelClosed:
        """Wait until the channel is closed for good; return the reason."""
        assert self._closed is not None, "open() comes first"
        return await asyncio.shield(self._closed)

    def _why_closed(self) -> ChannelClosed:
        if self._closed is not None and self._closed.done():
            return self._closed.result().with_traceback(
                None
            )  # otherwise each raise would lengthen the traceback
        return ChannelClosed(1000, "not_open")

    def renew(self) -> None:
        """Replace a live connection by one with the newest token, without losing messages."""
        self._renewal_wanted.set()

    # -- Receiving

    def expect(self, message_type: str) -> asyncio.Future[protocol.Message]:
        """Return a future of the next message of this type; it fails with ``ChannelClosed``."""
        expected: asyncio.Future[protocol.Message] = asyncio.get_running_loop().create_future()
        if self.state == "closed":
            expected.set_exception(self._why_closed())
        else:
            self._expected.setdefault(message_type, []).append(expected)
        return expected

    def _note(self, message: protocol.Message) -> None:
        """Update the channel's state from a message, before handlers are called."""

    # -- Sending

    async def send(self, message: Mapping[str, Any]) -> str | int:
        """Send a message now or when connected again; return its ``id``.

        Fields whose names end in ``_id`` may be numeric strings. Raises ``ChannelClosed`` if the channel is
        closed, and ``ClientError`` with ``outbox_full`` if too many messages are queued.
        """
        stamped = _stamped(message)
        if self.state == "closed":
            raise self._why_closed()
        if self.state != "open" or self._is_leaving:
            if len(self._outbox) >= OUTBOX_MOST:
                raise ClientError("outbox_full", "Too much is waiting to be sent.")
            self._outbox.append(stamped)
        elif self._socket is None or not await self._sent(self._socket, stamped):
            self._outbox.append(stamped)
        answer: str | int = stamped["id"]
        return answer

    async def send_now(self, message: Mapping[str, Any]) -> bool:
        """Send a message without an ``id`` if connected, else drop it; return whether it was sent."""
        socket = self._socket
        if socket is None or self.state != "open" or self._is_leaving:
            return False
        return await self._sent(socket, message)

    async def ask(self, message: Mapping[str, Any]) -> protocol.Message | None:
        """Send a message and wait until the server has handled it; return the answer, if there is one.

        A socket's messages are handled in order, so a ping sent after one is answered after it. Raises
        ``CommandRefused``, ``AnswerLost`` if the connection breaks meanwhile, and the exceptions of ``send``.
        """
        stamped, ping = _stamped(message), _stamped({"type": MessageType.PING})
        answer: asyncio.Future[protocol.Message | None] = asyncio.get_running_loop().create_future()
        self._answers |= {stamped["id"]: answer, ping["id"]: answer}
        try:
            await self.send(stamped)
            await self.send(ping)
            async with asyncio.timeout(CONNECT_WITHIN_S + ANSWER_WITHIN_S):
                return await answer
        except TimeoutError:
            raise AnswerLost from None
        finally:
            for sent in (stamped, ping):
                del self._answers[sent["id"]]
                if sent in self._outbox:
                    self._outbox.remove(sent)

    async def _sent(self, socket: ClientConnection, message: Mapping[str, Any]) -> bool:
        text = protocol.serialize(message)
        try:
            await socket.send(self._cipher.encrypt(text) if self._cipher else text)
        except ConnectionClosed:
            return False
        return True

    # -- The connection

    async def _stay(self) -> None:
        """Reconnect until the server closes with a final code."""
        clock = asyncio.get_running_loop().time
        socket: ClientConnection | None = None
        losses = 0
        try:
            while True:
                began = clock()
                try:
                    self.state, former = "connecting", socket
                    socket = await self._connect()
                    if former is not None:
                        await former.close()
                    await self._live(socket)
                except Exception as problem:
                    closed = problem if isinstance(problem, ChannelClosed) else _not_understood(problem)
                    if closed.code not in RECONNECT_AFTER:
                        self._end(closed)
                        await self._inbox.put(None)
                        return
                    if self.state == "open" and clock() - began > STEADY_AFTER_S:
                        losses = 0
                    self.state, wait_s = "waiting", backoff(losses)
                    self._lose_answers()
                    logger.info("%s was lost with %s; next try in %.1f s", self._url, closed.code, wait_s)
                    if socket is not None:
                        await socket.close()
                        socket = None
                    await asyncio.sleep(wait_s)
                    losses += 1
        finally:
            if socket is not None:
                await socket.close()

    async def _connect(self) -> ClientConnection:
        """Open a connection. Raises ``ChannelClosed``: 1006 if it may be retried, 4401 if signed out."""
        self._renewal_wanted.clear()
        try:
            token = await self._token()
        except ApiError as problem:
            raise ChannelClosed(
                UNAUTHENTICATED if problem.status == 401 else LOST, problem.error_code
            ) from problem
        query = {**self._query, "v": PROTOCOL_VERSION}
        if self.seq is not None:
            query["since"] = str(self.seq)
        if self._cipher is not None:
            query |= self._cipher.connecting()
        try:
            return await connect(
                f"{self._url}?{urlencode(query)}",
                additional_headers={"Authorization": f"Bearer {token}"},
                subprotocols=[Subprotocol(name) for name in self._subprotocols] or None,
                open_timeout=CONNECT_WITHIN_S,
                ping_interval=PING_EVERY_S,
                ping_timeout=PING_EVERY_S / 2,
                close_timeout=CLOSE_WITHIN_S,
            )
        except (OSError, WebSocketException) as problem:
            raise ChannelClosed(LOST, "unreachable") from problem

    async def _live(self, socket: ClientConnection) -> None:
        """Read a connection until it is to be replaced. Raises ``ChannelClosed`` when it is lost."""
        self._socket = socket
        self._heard_at = asyncio.get_running_loop().time()
        reading = asyncio.create_task(self._read(socket))
        tasks: list[asyncio.Task[Any]] = [
            reading,
            asyncio.create_task(self._keep_alive(socket)),
            asyncio.create_task(self._notice_silence(socket)),
            asyncio.create_task(self._renewal_wanted.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self._renewal_wanted.is_set():
                await self._finish_asking(reading)
        finally:
            self._is_leaving = False
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for problem in ended:
            if isinstance(problem, Exception):
                raise problem
        # Events still arriving on the old connection are sent again after ``since``; new messages wait for
        # the new one.
        self.state = "connecting"
        self._lose_answers()

    async def _finish_asking(self, reading: asyncio.Task[None]) -> None:
        """Wait for pending answers on this connection; new messages wait for the next one."""
        self._is_leaving = True
        answers = set(self._answers.values())
        if answers:
            ends: set[asyncio.Future[Any]] = {reading, asyncio.gather(*answers, return_exceptions=True)}
            await asyncio.wait(ends, timeout=ANSWER_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                frame = await socket.recv(decode=None if self._subprotocols else True)
                self._heard_at = asyncio.get_running_loop().time()
                if (message := await self._understood(frame)) is not None:
                    await self._heard(socket, message)
        except ConnectionClosed as closed:
            received = closed.rcvd
            raise (
                ChannelClosed(received.code, received.reason) if received else ChannelClosed(LOST)
            ) from None
        except ProtocolError as problem:
            raise ChannelClosed(UNREADABLE, problem.error_code) from problem

    async def _understood(self, frame: str | bytes) -> protocol.Message | None:
        """Return the message of a frame, or None for one of no use. Raises ``ProtocolError``."""
        return protocol.deserialize(self._cipher.decrypt(frame) if self._cipher else frame)

    async def _keep_alive(self, socket: ClientConnection) -> None:
        """Send pings as messages, which keep the session alive; WebSocket pings only check the connection."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            if self.state == "open":
                await self._sent(socket, {"type": MessageType.PING})

    async def _notice_silence(self, socket: ClientConnection) -> None:
        """Ask whenever a game under way is silent. Raises ``ChannelClosed`` if there is no answer."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._is_in_play.wait()
            quiet_s = clock() - self._heard_at
            # While handlers are behind, nothing is read.
            if quiet_s < QUIET_IN_PLAY_S or self._inbox.full():
                await asyncio.sleep(QUIET_IN_PLAY_S - quiet_s if quiet_s < QUIET_IN_PLAY_S else LATE_S)
                continue
            asked_at = clock()
            answer_s = answer_within(socket.latency)
            asking = asyncio.create_task(self._sent(socket, {"type": MessageType.PING}))
            await asyncio.sleep(answer_s)
            asking.cancel()
            is_late = clock() - asked_at > answer_s + LATE_S
            if self._heard_at < asked_at and not is_late and not self._inbox.full():
                raise ChannelClosed(LOST, "silent")

    async def _heard(self, socket: ClientConnection, message: protocol.Message) -> None:
        if self.state == "closed":
            return
        self._note(message)
        if self.state != "open":
            await self._now_open(socket)
        told: object = message
        answer = self._answers.get(message.get("ref"))
        if message["type"] == MessageType.ERROR:
            told = refusal = CommandRefused(message)
            if answer is not None and not answer.done():
                answer.set_exception(refusal)
        elif answer is not None and not answer.done():
            answer.set_result(None if message["type"] == MessageType.PONG else message)
        for expected in self._expected.pop(message["type"], ()):
            if not expected.done():
                expected.set_result(message)
        await self._inbox.put((message["type"], told))
        # "resumed" only announces the events that follow.
        if isinstance(message.get("seq"), int) and message["type"] != MessageType.RESUMED:
            self.seq = message["seq"]

    async def _now_open(self, socket: ClientConnection) -> None:
        while self._outbox:
            if not await self._sent(socket, self._outbox[0]):
                return
            self._outbox.popleft()
        self.state = "open"
        if self._opened is not None and not self._opened.done():
            self._opened.set_result(None)

    def _lose_answers(self) -> None:
        waiting = {message["id"] for message in self._outbox}
        for key, answer in self._answers.items():
            if key not in waiting and not answer.done():
                answer.set_exception(AnswerLost())

    def _end(self, closed: ChannelClosed) -> None:
        assert self._opened is not None
        assert self._closed is not None
        self.state = "closed"
        self._outbox.clear()
        self._lose_answers()
        if not self._opened.done():
            self._opened.set_exception(closed)
            self._opened.exception()  # nobody may be waiting for it any more
        self._closed.set_result(closed)
        for waiting in self._expected.values():
            for expected in waiting:
                if not expected.done():
                    expected.set_exception(closed)
                    expected.exception()  # nobody may be waiting for it any more
        self._expected.clear()

    # -- Handlers

    async def _tell(self, inbox: asyncio.Queue[tuple[str, object] | None]) -> None:
        """Call the handlers with each message, until the channel is closed and the last one is handled."""
        while (told := await inbox.get()) is not None:
            message_type, message = told
            await self._dispatch(message_type, message)
            await self._told(message_type, message)
