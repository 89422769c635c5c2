"""The base consumer: decodes frames into commands, enforces the rate limit, and calls the handlers."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import count
from typing import Any, ClassVar, TypeVar

import msgspec
from channels.consumer import AsyncConsumer

from core.batches import batched
from core.calls import is_hooked, run_before
from core.database import in_database
from core.problems import UNREACHABLE, log_failure, unavailable
from core.refusals import Malformed, Refusal
from realtime import metrics, worker
from realtime.connections import limits
from realtime.connections.connection import Connection, Direct
from realtime.socket.gate import DIRECT, close_refused
from realtime.socket.subscription import Subscription
from realtime.wire.answering import Asker, Question, answering, mark_answered
from realtime.wire.close_codes import CloseCode
from realtime.wire.identity import Identity
from realtime.wire.messages import (
    Ack,
    Command,
    CommandDecoder,
    InvalidMessage,
    Message,
    MessageId,
    Ping,
    Resumed,
    encode,
    error,
    pong,
    with_seq,
)
from realtime.wire.topics import Topic

MAX_INBOX = 32
MAX_FRAME_BYTES = 64 * 1024
RESUME_BATCH_SIZE = 50
NUL, NUL_TEXT = b"\\u0000", "\\u0000"
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""After an escaped backslash, the same characters are plain text."""

_numbers = count(1)

Handler = TypeVar("Handler", bound=Callable[..., Any])


class InternalError(Refusal):
    """An unexpected server error while handling one message."""

    status = 500
    code = "internal_error"
    title = "That failed on the server"


def handles(*kinds: type[Command]) -> Callable[[Handler], Handler]:
    """Make a method the handler of these commands: ``def handler(self, command)``, sync or async.

    Sync handlers run at once; async ones run in order, one at a time for each socket. A refusal that they
    raise is answered with an error frame.
    """

    def mark(function: Handler) -> Handler:
        function.handled_commands = kinds  # type: ignore[attr-defined]
        return function

    return mark


class Consumer(AsyncConsumer):
    """Base class of all consumers.

    It replaces Channels' dispatch, which costs a task and several hops per message.

    Subclasses declare handlers with ``@handles``, send their first frame in ``opened`` and clean up in
    ``closed``. For the catalogue they list the class of the first frame in ``opens_with`` (its field
    ``recovered`` is false if events were lost since ``?since=``, else left out), messages of subscriptions in
    ``emits_unsequenced`` and all others in ``emits``; a message may be in both.
    """

    opens_with: ClassVar[type[Message] | None] = None
    emits: ClassVar[tuple[type[Message], ...]] = ()
    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = ()
    handlers: ClassVar[dict[type[Command], Callable[..., Any]]]
    decoder: ClassVar[CommandDecoder]

    connection: Connection
    scope: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.handlers = {}
        for klass in reversed(cls.__mro__):
            for method in vars(klass).values():
                for kind in getattr(method, "handled_commands", ()):
                    cls.handlers[kind] = method
        cls.decoder = CommandDecoder(tuple(cls.handlers))

    @classmethod
    def as_asgi(cls, **initkwargs: Any) -> Any:
        """Return the ASGI application that creates and calls a consumer for each socket."""

        def application(scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
            return cls(**initkwargs)(scope, receive, send)

        application.consumer_class = cls  # type: ignore[attr-defined]
        return application

    @property
    def player(self) -> Identity:
        """Return the authenticated user. Only available once the socket has sent its token."""
        assert self.connection.identity is not None
        return self.connection.identity

    async def opened(self) -> None:
        """Handle a newly accepted socket: send the first frame, or raise a refusal."""

    async def closed(self) -> None:
        """Clean up after the socket has closed."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope
        self.connection = scope["connection"]
        self._here = worker.current()
        self._clock = self._here.loop.time
        self._allowance = limits.flood_allowance()
        self._inbox: list[bytes | str] = []  # a deque takes 0.7 KiB, full or empty
        self._followed: list[Topic] = []
        self._subscriptions: list[Subscription] = []
        self._direct: Direct | None = scope.get("extensions", {}).get(DIRECT)
        self._reading_paused = False
        self._number = 0  # identifies the socket in ``Asker``; assigned with its first command with an id
        # Messages that arrive before ``opened`` returns wait in the inbox.
        self._busy: asyncio.Task[None] | None = asyncio.create_task(self._open())
        if self._direct is not None:
            self._direct.set_on_text(self.take)
        try:
            await self._receive_until_disconnected(receive)
        finally:
            self.connection.gone()
            self._here.streams.asking.pop(self._number, None)
            if self._busy is not None:
                self._busy.cancel()
                await asyncio.gather(self._busy, return_exceptions=True)
            for topic in self._followed:
                await self._here.streams.leave(topic, self.connection)
            for heard in self._subscriptions:
                await self._here.streams.leave(heard.topic, heard)
            await self.closed()

    def since(self) -> int | None:
        """Return the ``?since=`` of a reconnecting client."""
        given = self.scope["query"].get("since")
        if given is None:
            return None
        if not (given[0].isascii() and given[0].isdigit() and len(given[0]) < 17):
            raise Malformed("since is the number of the last event seen.")
        return int(given[0])

    async def follow(
        self, topic: Topic, snapshot: Callable[[], Awaitable[Message]], *, resumable: bool = True
    ) -> bool:
        """Follow the socket's own stream, from a snapshot or from the events missed after ``?since=``.

        ``snapshot`` makes the frame with the current state; it is called again when events were lost for
        good. A stream that is not ``resumable``, because nothing is published while nobody listens, always
        starts with a snapshot. Returns whether a snapshot was sent.
        """
        since = self.since()
        streams, connection = self._here.streams, self.connection
        begin_anew = partial(self._resync, topic, snapshot)
        connection.hold()
        self._followed.append(topic)
        seq = await streams.join(topic, connection, begin_anew)
        if since is None:
            await begin_anew()
            return True
        missed = await streams.missed(topic, since, seq) if resumable else None
        if missed is None:
            await begin_anew(is_lost=True)
            return True
        connection.send_ahead(encode(Resumed(recovered=True, since=since, seq=seq)))
        for frames in batched(missed, RESUME_BATCH_SIZE):
            for frame in frames:
                connection.send_ahead(frame)
            # The missed frames may exceed the outbox.
            await connection.drain()
        connection.release()
        return False

    def _resync(
        self, topic: Topic, snapshot: Callable[[], Awaitable[Message]], *, is_lost: bool = False
    ) -> Awaitable[None]:
        # Frames held from here on are newer than ``seq``; those held before are in the snapshot.
        self.connection.hold()
        return self._send_snapshot(snapshot, self._here.streams.seq(topic), is_lost)

    async def _send_snapshot(
        self, snapshot: Callable[[], Awaitable[Message]], seq: int, is_lost: bool
    ) -> None:
        try:
            state = await snapshot()
        except Refusal as refusal:
            # A user who lost access is detected here if the event that closes the socket was lost.
            close_refused(self.connection, refusal)
            return
        if is_lost:
            # A copy, because sockets may share the state.
            state = msgspec.structs.replace(state, recovered=False)
        self.connection.send_ahead(with_seq(encode(state), seq))
        self.connection.release()

    async def subscribe(
        self,
        topic: Topic,
        snapshot: Callable[[], Awaitable[Message]] | None = None,
        kind: Callable[..., Subscription] = Subscription,
    ) -> Subscription:
        """Subscribe to an additional topic, whose frames have no ``seq``; the socket's stream is unaffected.

        Frames are held until ``begin`` of the returned subscription is called. ``snapshot`` makes the message
        to send after events were lost for good.
        """
        heard = kind(topic, self.connection, snapshot)
        self._subscriptions.append(heard)
        await self._here.streams.join(topic, heard, heard.resync, unsequenced=True)
        return heard

    async def unsubscribe(self, heard: Subscription) -> None:
        """Cancel the subscription."""
        self._subscriptions.remove(heard)
        await self._here.streams.leave(heard.topic, heard)

    def take(self, data: bytes | str) -> None:
        """Process one text frame from the client."""
        connection = self.connection
        if connection.closed_with is not None:
            return
        if not connection.count_received(self._clock(), self._allowance):
            connection.close(CloseCode.FLOODING, "flooding")
        elif len(data) > MAX_FRAME_BYTES:
            connection.close(CloseCode.FRAME_TOO_LARGE, "too_large")
        elif self._busy is None:
            outcome = self._handle(data)
            if outcome is not None:
                self._busy = asyncio.create_task(self._work(outcome))
        else:
            self._inbox.append(data)
            if len(self._inbox) >= MAX_INBOX and self._direct is not None and not self._reading_paused:
                self._reading_paused = True
                self._direct.pause_reading()

    def refuse(self, refusal: Refusal, ref: MessageId | None = None) -> None:
        """Answer one message with an error frame."""
        metrics.refusals.labels(code=refusal.code).inc()
        self.reply(error(refusal, ref))

    def reply(self, message: Message) -> None:
        """Answer the command that is being handled."""
        mark_answered()
        self.connection.tell(message)

    @handles(Ping)
    def ping(self, command: Ping) -> None:
        self.reply(pong(command))

    def _handle(self, data: bytes | str) -> Coroutine[Any, Any, None] | None:
        """Handle one frame. Returns None when done, or the coroutine that remains to be run."""
        try:
            if ((NUL in data) if isinstance(data, bytes) else (NUL_TEXT in data)) and _holds_nul(data):
                raise InvalidMessage("Text must not hold the character U+0000.")
            command = self.decoder.decode(data)
            metrics.received[type(command).__name__] += 1
        except Exception as problem:
            self._failed(problem, "message", self.decoder.id_of(data))
            return None
        if command.id is not None:
            return self._answer(command, command.id)
        try:
            outcome = self._call_handler(command)
        except Exception as problem:
            self._failed(problem, type(command).__name__, command.id)
            return None
        return None if outcome is None else self._finish(outcome, command)

    def _call_handler(self, command: Command) -> Any:
        """Call the handler of a command; return its coroutine if it is asynchronous or hooks come first."""
        if is_hooked(type(command)):
            return self._run_hooks_and_handler(command)
        return self.handlers[type(command)](self, command)

    async def _run_hooks_and_handler(self, command: Command) -> None:
        identity = self.connection.identity
        await in_database(run_before, command, user_id=None if identity is None else identity.user_id)
        outcome = self.handlers[type(command)](self, command)
        if outcome is not None:
            await outcome

    def _answer(self, command: Command, ref: MessageId) -> Coroutine[Any, Any, None] | None:
        """Handle a command whose answer must carry its ``id``."""
        if not self._number:
            self._number = next(_numbers)
            self._here.streams.asking[self._number] = self.connection
        question = Question(Asker(self._here.id, self._number, ref), command)
        try:
            with answering(question):
                outcome = self._call_handler(command)
        except Exception as problem:
            self._failed(problem, type(command).__name__, ref)
            return None
        if outcome is not None:
            return self._finish_answer(outcome, command, question)
        self._acknowledge(question)
        return None

    async def _finish_answer(self, outcome: Awaitable[None], command: Command, question: Question) -> None:
        question.is_open = True
        with answering(question):
            await self._finish(outcome, command)
        self._acknowledge(question)

    def _acknowledge(self, question: Question) -> None:
        if not question.is_answered and self.connection.closed_with is None:
            self.connection.tell(Ack(ref=question.asker.ref))

    async def _finish(self, outcome: Awaitable[None], command: Command) -> None:
        try:
            await outcome
        except Exception as problem:
            self._failed(problem, type(command).__name__, command.id)

    def _failed(self, problem: Exception, what: str, ref: MessageId | None) -> None:
        if not isinstance(problem, Refusal):
            log_failure(problem, f"Handling a {what}", self._whereabouts())
            problem = _refusal_of(problem)
        self.refuse(problem, ref)

    def _whereabouts(self) -> dict[str, Any]:
        """Return the ids of the user and of the socket's subject, for the log.

        Only ids: logging rejects extra fields that share the name of a record attribute, such as ``name``.
        """
        identity = self.connection.identity
        who = {} if identity is None else {"session_id": identity.session_id, "user_id": identity.user_id}
        named = self.scope.get("url_route", {}).get("kwargs", {})
        return {**who, **{name: str(value) for name, value in named.items() if name.endswith("_id")}}

    async def _open(self) -> None:
        try:
            await self.opened()
        except Refusal as refusal:
            close_refused(self.connection, refusal)
        except Exception as problem:
            log_failure(problem, "Opening a socket", self._whereabouts())
            close_refused(self.connection, _refusal_of(problem))
        if self.connection.closed_with is not None:
            self._inbox.clear()
        await self._work()

    async def _work(self, first: Coroutine[Any, Any, None] | None = None) -> None:
        """Run the coroutine, then handle the messages that have arrived meanwhile, in order."""
        if first is not None:
            await first
        while self._inbox:
            outcome = self._handle(self._inbox.pop(0))
            if outcome is not None:
                await outcome
            if self._reading_paused and len(self._inbox) < MAX_INBOX // 2:
                self._reading_paused = False
                assert self._direct is not None
                self._direct.resume_reading()
        self._busy = None

    async def _receive_until_disconnected(self, receive: Any) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if text is None:
                self.connection.close(CloseCode.MALFORMED, "text_only")
                continue
            self.take(text)
            while len(self._inbox) >= MAX_INBOX and self._busy is not None:
                await asyncio.wait({self._busy})


def _holds_nul(data: bytes | str) -> bool:
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    return _ESCAPED_NUL.search(text) is not None


def _refusal_of(problem: Exception) -> Refusal:
    return unavailable() if isinstance(problem, UNREACHABLE) else InternalError()
