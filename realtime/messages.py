"""Messages of the sockets, declared once: decoded straight into these classes, encoded once from them."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.refusals import Invalid, Malformed, Refusal
from realtime.topics import Topic

MessageId = (
    Annotated[str, Meta(max_length=64)] | Annotated[int, Meta(ge=-(2**53), le=2**53)]
)  # JavaScript's safe integers

Time = Annotated[datetime, Meta(tz=True)]
"""A moment; on the wire ISO 8601 in UTC."""


def wire_name(class_name: str) -> str:
    """The ``type`` of a message class on the wire: its name in snake_case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


class Message(msgspec.Struct, kw_only=True, tag_field="type", tag=wire_name):
    """Anything with a ``type`` that travels over a socket."""


class Command(Message, kw_only=True):
    """What a client asks for; it may be refused. A reply or an error carries its ``id`` as ``ref``."""

    id: MessageId | None = None

    @property
    def ref(self) -> MessageId | UnsetType:
        """The ``ref`` of a reply to it."""
        return UNSET if self.id is None else self.id


class Closing(msgspec.Struct, frozen=True, array_like=True):
    """Sockets that close: those of one user, or all that listen."""

    code: int
    reason: str
    user_id: int | None = None


class Event(Message, kw_only=True):
    """What happened, for all who listen to its audience.

    It joins its topic's stream: it gets the next ``seq``, is kept for clients that come back, and reaches
    every worker in order. Where it tells what a command has come to, the copy of the socket that sent it
    carries the command's ``id`` as ``ref``.
    """

    answers: ClassVar[tuple[str, ...]] = ()
    """The commands that it answers beside the one of its own name."""

    def audience(self) -> Topic | tuple[Topic, ...]:
        """The topic (or topics) whose listeners hear of it."""
        raise NotImplementedError

    def closing(self) -> Closing | None:
        """Whose sockets close once they have heard of it."""
        return None


class Ephemeral(Event, kw_only=True):
    """What is only of use now: no ``seq``, not kept, and a newer one with the same key replaces one still
    unsent.
    """

    def coalescing_key(self) -> str:
        """Frames of one socket with the same key replace each other."""
        return type(self).__name__

    def but_user_id(self) -> int | None:
        """The one user who does not hear of it."""
        return None


class Internal(Event, kw_only=True):
    """What only other parts of the server react to: no socket hears of it."""

    def audience(self) -> tuple[Topic, ...]:
        return ()


class Reply(Message, kw_only=True):
    """An answer to one socket alone."""

    ref: MessageId | UnsetType = UNSET


class Ping(Command, kw_only=True):
    """Ask whether the server is there; keeps the session alive."""


class Pong(Reply, kw_only=True):
    """The answer to a ping, with the server's time."""

    time: Time


class Error(Reply, kw_only=True):
    """Why one message was refused; the socket stays open."""

    code: str
    message: str
    details: dict[str, Any] | UnsetType = UNSET
    retry_after: float | UnsetType = UNSET


class Resumed(Reply, kw_only=True):
    """First frame of a socket that came back in time: the events after ``since``, up to ``seq``, follow."""

    recovered: bool
    since: int
    seq: int


_encoder = msgspec.json.Encoder()
encode = _encoder.encode


def with_seq(frame: bytes, seq: int) -> bytes:
    """An encoded message with its place in the stream added."""
    return b'%b,"seq":%d}' % (frame[:-1], seq)


def with_ref(frame: bytes, ref: MessageId) -> bytes:
    """An encoded message with the ``id`` of the command that it answers added."""
    return b'%b,"ref":%b}' % (frame[:-1], encode(ref))


def pong(command: Ping) -> Pong:
    """The answer to this ping."""
    return Pong(time=datetime.now(UTC), ref=command.ref)


def error(refusal: Refusal, ref: MessageId | None = None) -> Error:
    """A refusal as its frame."""
    return Error(
        code=refusal.code,
        message=refusal.message,
        details=UNSET if refusal.details is None else refusal.details,
        retry_after=UNSET if refusal.retry_after is None else refusal.retry_after,
        ref=UNSET if ref is None else ref,
    )


class UnknownType(Invalid):
    """A message whose ``type`` this socket does not take."""

    code = "unknown_type"
    title = "Unknown message type"


class InvalidMessage(Invalid):
    """A message of a known type whose fields do not fit."""

    code = "invalid_message"
    title = "Invalid message"


class InvalidJSON(Malformed):
    """A frame that is no JSON object."""

    code = "invalid_json"
    title = "Not a JSON object"


class _Envelope(msgspec.Struct):
    id: MessageId | None = None


class _Never(msgspec.Struct, tag="never"):
    """Beside a single command: msgspec asks for ``type`` only where there is a choice."""

    nothing: Annotated[int, msgspec.Meta(ge=1, le=0)]


class CommandDecoder:
    """Decodes the frames of one kind of socket into its declared commands, and nothing else.

    Raises ``InvalidJSON``, ``UnknownType`` or ``InvalidMessage`` (with ``details`` ``{field: [reason]}``).
    """

    _at: ClassVar[re.Pattern[str]] = re.compile(
        r"^(?P<why>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL
    )
    _missing: ClassVar[re.Pattern[str]] = re.compile(r"^Object missing required field `(?P<field>.*)`$")
    _envelope: ClassVar = msgspec.json.Decoder(_Envelope)

    def __init__(self, commands: tuple[type[Command], ...]) -> None:
        union: Any = _Never
        for command in commands:
            union = union | command
        self._decode = msgspec.json.Decoder(union).decode

    def decode(self, data: bytes | str) -> Command:
        """The command in this frame."""
        try:
            return self._decode(data)
        except msgspec.ValidationError as problem:
            found = self._at.match(str(problem))
            where, why = (found["where"] or "", found["why"]) if found else ("", str(problem))
            if where == "type":
                raise UnknownType(f"{why}.") from None
            if not where and "`object`" in why:
                raise InvalidJSON("A frame holds one JSON object.") from None
            if missing := self._missing.match(why):
                where = f"{where}.{missing['field']}".lstrip(".")
            raise InvalidMessage(f"{why}.", details={where: [why]}) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InvalidJSON("The frame is not valid JSON.") from None

    def id_of(self, data: bytes | str) -> MessageId | None:
        """The ``id`` of a frame that could not be decoded, so that its error can carry it."""
        try:
            return self._envelope.decode(data).id
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
