"""Socket messages, declared once: frames are decoded directly into these classes and encoded from them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.ids import UserId
from core.parsers import place_and_reason
from core.refusals import Invalid, Malformed, Refusal
from realtime.wire.topics import Topic

MessageId = (
    Annotated[str, Meta(max_length=64)] | Annotated[int, Meta(ge=-(2**53), le=2**53)]
)  # within JavaScript's safe integers

Time = Annotated[datetime, Meta(tz=True)]
"""A timestamp; ISO 8601 in UTC on the wire."""


def wire_name(class_name: str) -> str:
    """Return the ``type`` of a message class on the wire: its name in snake_case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


class Message(msgspec.Struct, kw_only=True, tag_field="type", tag=wire_name):
    """A message with a ``type`` that travels over a socket."""


class Command(Message, kw_only=True):
    """A request from a client, which may be refused. A reply or an error carries its ``id`` as ``ref``."""

    id: MessageId | None = None

    @property
    def ref(self) -> MessageId | UnsetType:
        """Return the ``ref`` for replies to this command."""
        return UNSET if self.id is None else self.id


class Closing(msgspec.Struct, frozen=True, array_like=True):
    """The sockets to close: those of one user, or all listeners."""

    code: int
    reason: str
    user_id: UserId | None = None


class Event(Message, kw_only=True):
    """Something that happened, sent to all listeners of its audience.

    It is appended to its topic's stream: it gets the next ``seq``, is stored for clients that resume, and
    reaches every worker in order. If it is the outcome of a command, the copy for the sender's socket carries
    the command's ``id`` as ``ref``.
    """

    answers: ClassVar[tuple[str, ...]] = ()
    """The commands that it answers besides the one with its own name."""

    def audience(self) -> Topic | tuple[Topic, ...]:
        """Return the topic (or topics) whose listeners receive the event."""
        raise NotImplementedError

    def closing(self) -> Closing | None:
        """Return which sockets are closed after they have received the event."""
        return None


class Ephemeral(Event, kw_only=True):
    """A message that is only useful now: without ``seq``, not stored.

    It replaces unsent messages with the same key.
    """

    def coalescing_key(self) -> str:
        """Return the key; among a socket's unsent frames with the same key, only the newest is sent."""
        return type(self).__name__

    def but_user_id(self) -> UserId | None:
        """Return the id of a user who does not receive it, if any."""
        return None


class Internal(Event, kw_only=True):
    """An event for other parts of the server only; never sent to sockets."""

    def audience(self) -> tuple[Topic, ...]:
        return ()


class Reply(Message, kw_only=True):
    """An answer to one socket only."""

    ref: MessageId | UnsetType = UNSET


class Ping(Command, kw_only=True):
    """Check the connection; keeps the session alive."""


class Pong(Reply, kw_only=True):
    """The answer to a ping, with the server's time."""

    time: Time


class Error(Reply, kw_only=True):
    """Sent when a message is refused; the socket stays open."""

    code: str
    message: str
    details: dict[str, Any] | UnsetType = UNSET
    retry_after: float | UnsetType = UNSET


class Ack(Reply, kw_only=True):
    """Sent for a command with an `id` that was carried out and that no other message answers."""


class Resumed(Reply, kw_only=True):
    """The first frame of a resumed socket: the events after ``since``, up to ``seq``, follow."""

    recovered: bool
    since: int
    seq: int


_encoder = msgspec.json.Encoder()
encode = _encoder.encode


def with_seq(frame: bytes, seq: int) -> bytes:
    """Return an encoded message with ``seq`` added."""
    return b'%b,"seq":%d}' % (frame[:-1], seq)


def with_ref(frame: bytes, ref: MessageId) -> bytes:
    """Return an encoded message with ``ref`` added: the ``id`` of the command that it answers."""
    return b'%b,"ref":%b}' % (frame[:-1], encode(ref))


def pong(command: Ping) -> Pong:
    """Return the answer to a ping."""
    return Pong(time=datetime.now(UTC), ref=command.ref)


def error(refusal: Refusal, ref: MessageId | None = None) -> Error:
    """Return the error message for a refusal."""
    return Error(
        code=refusal.code,
        message=refusal.message,
        details=UNSET if refusal.details is None else refusal.details,
        retry_after=UNSET if refusal.retry_after is None else refusal.retry_after,
        ref=UNSET if ref is None else ref,
    )


class UnknownType(Invalid):
    """A message whose ``type`` this socket does not accept."""

    code = "unknown_type"
    title = "Unknown message type"


class InvalidMessage(Invalid):
    """A message of a known type with invalid fields."""

    code = "invalid_message"
    title = "Invalid message"


class InvalidJSON(Malformed):
    """A frame that is not a JSON object."""

    code = "invalid_json"
    title = "Not a JSON object"


class _Envelope(msgspec.Struct):
    id: MessageId | None = None


class _Never(msgspec.Struct, tag="never"):
    """A second command for sockets that have only one: msgspec requires ``type`` only in a union."""

    nothing: Annotated[int, msgspec.Meta(ge=1, le=0)]


class CommandDecoder:
    """Decodes the frames of one kind of socket into its declared commands.

    Raises ``InvalidJSON``, ``UnknownType`` or ``InvalidMessage`` (with ``details`` ``{field: [reason]}``).
    """

    _envelope: ClassVar = msgspec.json.Decoder(_Envelope)

    def __init__(self, commands: tuple[type[Command], ...]) -> None:
        union: Any = _Never
        for command in commands:
            union = union | command
        self._decode: Callable[[bytes | str], Command] = msgspec.json.Decoder(union).decode

    def decode(self, data: bytes | str) -> Command:
        """Return the command in this frame."""
        try:
            return self._decode(data)
        except msgspec.ValidationError as problem:
            where, why = place_and_reason(problem)
            if where == "type" and not why.startswith("Object missing"):
                raise UnknownType(f"{why}.") from None
            if not where and "`object`" in why:
                raise InvalidJSON("A frame holds one JSON object.") from None
            raise InvalidMessage(f"{why}.", details={where: [why]}) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InvalidJSON("The frame is not valid JSON.") from None

    def id_of(self, data: bytes | str) -> MessageId | None:
        """Return the ``id`` of a frame that could not be decoded, so that its error can carry it."""
        try:
            return self._envelope.decode(data).id
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
