"""The consumer of a socket: decodes into declared commands, checks the allowance, calls the handler."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import count
from typing import Any, ClassVar, TypeVar

from channels.consumer import AsyncConsumer

from core.batches import batched
from core.problems import UNREACHABLE, note_failure, out_of_reach
from core.refusals import Malformed, Refusal
from realtime import limits, metrics, worker
from realtime.answering import Asker, Question, answering
from realtime.beside import Beside
from realtime.connection import Connection, Direct
from realtime.gate import DIRECT, close_refused
from realtime.identity import Identity
from realtime.messages import (
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
from realtime.topics import Topic

MAX_INBOX = 32
MAX_FRAME_BYTES = 64 * 1024
RESUMED_AT_ONCE = 50
UNSUPPORTED = 4400
FLOODING = 4429
FRAME_TOO_LARGE = 1009
NUL, NUL_TEXT = b"\\u0000", "\\u0000"
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""After an escaped backslash the same is plain text."""

_numbers = count(1)

Handler = TypeVar("Handler", bound=Callable[..., Any])


class InternalError(Refusal):
    """A fault of ours in handling one message."""

    status = 500
    code = "internal_error"
    title = "That failed on the server"


def handles(*kinds: type[Command]) -> Callable[[Handler], Handler]:
    """Make a consumer's method the handler of these commands: ``def handler(self, command)``, plain or async.

    Plain handlers run at once; async ones in order, one at a time for each socket. A refusal they raise is
    answered with an error frame.
    """

    def mark(function: Handler) -> Handler:
        function.handled_commands = kinds  # type: ignore[attr-defined]
        return function

    return mark


class Consumer(AsyncConsumer):
    """Base of every socket's consumer. It replaces Channels' dispatch, which costs a task and several hops a
    message.

    Subclasses declare handlers with ``@handles``, send their first frame in ``opened`` and tidy up in
    ``closed``.
    For the catalogue they name the class of that frame in ``opens_with``, of what is heard beside the stream
    in ``tells_beside``, and of all others in ``tells``; what comes either way is in both.
    """

    opens_with: ClassVar[type[Message] | None] = None
    tells: ClassVar[tuple[type[Message], ...]] = ()
    tells_beside: ClassVar[tuple[type[Message], ...]] = ()
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
        """The ASGI application that makes a consumer for each socket and calls it."""

        def application(scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
            return cls(**initkwargs)(scope, receive, send)

        application.consumer_class = cls  # type: ignore[attr-defined]
        return application

    @property
    def player(self) -> Identity:
        """Who is at the other end; only once it has shown its token."""
        assert self.connection.identity is not None
        return self.connection.identity

    async def opened(self) -> None:
        """The socket is accepted: refuse it by raising, or send the first frame."""

    async def closed(self) -> None:
        """The socket is gone."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope
        self.connection = scope["connection"]
        self._here = worker.current()
        self._clock = self._here.loop.time
        self._allowance = limits.flood_allowance()
        self._inbox: list[bytes | str] = []  # a deque takes 0.7 KiB, full or empty
        self._followed: list[Topic] = []
        self._beside: list[Beside] = []
        self._direct: Direct | None = scope.get("extensions", {}).get(DIRECT)
        self._reading_paused = False
        self._number = 0  # as an asker, from its first command with an id on
        # What comes before ``opened`` is done waits in the inbox.
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
            for heard in self._beside:
                await self._here.streams.leave(heard.topic, heard)
            await self.closed()

    def since(self) -> int | None:
        """The ``?since=`` of a client that comes back."""
        given = self.scope["query"].get("since")
        if given is None:
            return None
        if not (given[0].isascii() and given[0].isdigit() and len(given[0]) < 17):
            raise Malformed("since is the number of the last event seen.")
        return int(given[0])

    async def follow(
        self, topic: Topic, snapshot: Callable[[], Awaitable[Message]], *, resumable: bool = True
    ) -> bool:
        """Listen to the socket's stream; the first frame is a snapshot, or what was missed after ``?since=``.

        ``snapshot`` makes the frame that says how things stand; it is asked again when events were lost for
        good. A stream that is not ``resumable``, because nothing is published while nobody listens, always
        begins with it. Returns whether the socket began with the snapshot.
        """
        since = self.since()
        streams, connection = self._here.streams, self.connection
        begin_anew = partial(self._begin_anew, topic, snapshot)
        connection.hold()
        self._followed.append(topic)
        seq = await streams.join(topic, connection, begin_anew)
        if since is None:
            await begin_anew()
            return True
        missed = await streams.missed(topic, since, seq) if resumable else None
        if missed is None:
            await begin_anew(b',"recovered":false')
            return True
        connection.send_ahead(encode(Resumed(recovered=True, since=since, seq=seq)))
        for frames in batched(missed, RESUMED_AT_ONCE):
            for frame in frames:
                connection.send_ahead(frame)
            # There may be more of them than wait in an outbox.
            await connection.taken()
        connection.release()
        return False

    def _begin_anew(
        self, topic: Topic, snapshot: Callable[[], Awaitable[Message]], recovered: bytes = b""
    ) -> Awaitable[None]:
        # What is held from here on is newer than ``seq``; what was held before is in the snapshot.
        self.connection.hold()
        return self._send_snapshot(snapshot, self._here.streams.seq(topic), recovered)

    async def _send_snapshot(
        self, snapshot: Callable[[], Awaitable[Message]], seq: int, recovered: bytes
    ) -> None:
        try:
            frame = with_seq(encode(await snapshot()), seq)
        except Refusal as refusal:
            # Who may not hear the stream any more is found out here when the event that said so was lost.
            close_refused(self.connection, refusal)
            return
        self.connection.send_ahead(frame[:-1] + recovered + b"}")
        self.connection.release()

    async def overhear(
        self, topic: Topic, snapshot: Callable[[], Awaitable[Message]] | None = None
    ) -> Beside:
        """Hear what is told on a topic beside the socket's stream, without ``seq``, so that the client's
        place in the stream stays what it is.

        What comes waits until ``begin`` of what this returns. ``snapshot`` is asked, and sent, when events
        were lost for good.
        """
        heard = Beside(topic, self.connection, snapshot)
        self._beside.append(heard)
        await self._here.streams.join(topic, heard, heard.begin_anew, is_beside=True)
        return heard

    async def stop_hearing(self, heard: Beside) -> None:
        """Hear it no more."""
        self._beside.remove(heard)
        await self._here.streams.leave(heard.topic, heard)

    def take(self, data: bytes | str) -> None:
        """Take one text frame from the client."""
        connection = self.connection
        if connection.closed_with is not None:
            return
        if not connection.heard(self._clock(), self._allowance):
            connection.close(FLOODING, "flooding")
        elif len(data) > MAX_FRAME_BYTES:
            connection.close(FRAME_TOO_LARGE, "too_large")
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
        self.connection.tell(error(refusal, ref))

    @handles(Ping)
    def ping(self, command: Ping) -> None:
        self.connection.tell(pong(command))

    def _handle(self, data: bytes | str) -> Coroutine[Any, Any, None] | None:
        """Handle one frame, wholly (None) or up to the coroutine that is left to run."""
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
            outcome = self.handlers[type(command)](self, command)
        except Exception as problem:
            self._failed(problem, type(command).__name__, command.id)
            return None
        return None if outcome is None else self._finish(outcome, command)

    def _answer(self, command: Command, ref: MessageId) -> Coroutine[Any, Any, None] | None:
        """Handle a command whose success is to carry its ``id``."""
        if not self._number:
            self._number = next(_numbers)
            self._here.streams.asking[self._number] = self.connection
        question = Question(Asker(self._here.id, self._number, ref), command)
        try:
            with answering(question):
                outcome = self.handlers[type(command)](self, command)
        except Exception as problem:
            self._failed(problem, type(command).__name__, ref)
            return None
        return None if outcome is None else self._finish_answer(outcome, command, question)

    async def _finish_answer(self, outcome: Awaitable[None], command: Command, question: Question) -> None:
        question.is_open = True
        with answering(question):
            await self._finish(outcome, command)

    async def _finish(self, outcome: Awaitable[None], command: Command) -> None:
        try:
            await outcome
        except Exception as problem:
            self._failed(problem, type(command).__name__, command.id)

    def _failed(self, problem: Exception, what: str, ref: MessageId | None) -> None:
        if not isinstance(problem, Refusal):
            note_failure(problem, f"Handling a {what}", self._whereabouts())
            problem = _refusal_of(problem)
        self.refuse(problem, ref)

    def _whereabouts(self) -> dict[str, Any]:
        """Whose socket this is and the id of what it is about, for the log.

        Ids only: logging refuses a record with a field of another name of its own, such as ``name``.
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
            note_failure(problem, "Opening a socket", self._whereabouts())
            close_refused(self.connection, _refusal_of(problem))
        if self.connection.closed_with is not None:
            self._inbox.clear()
        await self._work()

    async def _work(self, first: Coroutine[Any, Any, None] | None = None) -> None:
        """Run what takes time, then what came meanwhile, in order."""
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
                self.connection.close(UNSUPPORTED, "text_only")
                continue
            self.take(text)
            while len(self._inbox) >= MAX_INBOX and self._busy is not None:
                await asyncio.wait({self._busy})


def _holds_nul(data: bytes | str) -> bool:
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    return _ESCAPED_NUL.search(text) is not None


def _refusal_of(problem: Exception) -> Refusal:
    return out_of_reach() if isinstance(problem, UNREACHABLE) else InternalError()
