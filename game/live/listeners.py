"""The sockets that hear a room: on this worker, and on others by way of the relay."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple
from uuid import UUID

from core.ids import UserId
from realtime.connections.connection import Connection
from realtime.delivery.relay import Relay
from realtime.wire.messages import Ack, MessageId, encode

ENDED = 1006
TICK = "tick"
"""The key of the frames of ticks: a newer one replaces one that is not sent yet."""
ALONE = -1
"""In place of a viewer number: the socket is sent nothing that others are."""

Frames = tuple[bytes, Sequence[bytes] | None]
"""One frame for each viewer: how all of them begin, and how each ends, for the seats in order and then the
spectators; None if all are the same. Many are kept, so what they share is kept once.
"""


Copy = tuple[Sequence[int], bytes]
"""The numbers of sockets of another worker, and the frame that they get instead of everybody's."""


def frame_of(frames: Frames, viewer: int) -> bytes:
    """Return the frame of one viewer."""
    body, ends = frames
    return body if ends is None else body + ends[viewer]


class RemoteListener:
    """A socket of another worker; frames for it alone are sent there by the relay."""

    def __init__(
        self,
        relay: Relay,
        worker: str,
        game_id: UUID,
        number: int,
        user_id: UserId,
        *,
        subprotocol: str = "",
    ) -> None:
        self.worker = worker
        self.user_id = user_id
        self.game_id = game_id
        self.number = number
        self.subprotocol = subprotocol
        self.closed_with: int | None = None
        self.told = False
        """Whether its worker is sent the room's frames on its behalf."""
        self._relay = relay
        self._address = (game_id.hex, number)

    def send(self, frame: bytes, key: Hashable = None) -> None:
        self._relay.tell(self.worker, "game.frame", (*self._address, frame))

    send_ahead = send

    def expect(self, seq: int, ref: MessageId) -> None:
        """Have its worker add the ``ref`` to this socket's copy of the frame ``seq``, which comes next."""
        self._relay.tell(self.worker, "game.answer", (*self._address, seq, ref))

    def join(self, viewer: int, seq: int, *, is_synced: bool = False) -> None:
        """Have its worker pass on this viewer's frames after ``seq``, ticks as changes if ``is_synced``."""
        self.told = True
        joined = (*self._address, viewer, seq)
        self._relay.tell(self.worker, "game.joined", (*joined, True) if is_synced else joined)

    def wait(self) -> None:
        """Have its worker wait for frames to this socket alone."""
        self._relay.tell(self.worker, "game.joined", (*self._address, ALONE, 0))

    def close(self, code: int, reason: str = "") -> None:
        if self.closed_with is None:
            self.closed_with = code
            self._relay.tell(self.worker, "game.close", (*self._address, code, reason))

    def gone(self) -> None:
        """Note that it has closed, so that frames it still waits for are not sent."""
        if self.closed_with is None:
            self.closed_with = ENDED


Listener = Connection | RemoteListener
"""A socket that hears a room."""


class Answer(NamedTuple):
    """The sender of a command with an ``id``, whose copy of the frame that answers it carries the ``ref``."""

    listener: Listener
    ref: MessageId


def acknowledge(answer: Answer | None) -> None:
    """Answer a command that has no entry of its own."""
    if answer is not None:
        answer.listener.send(encode(Ack(ref=answer.ref)))
