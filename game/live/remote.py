"""Rooms of other workers that sockets of this one are in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

import msgspec

from core.ids import UserId
from core.refusals import Refusal, Unavailable
from game.live.listeners import ALONE, TICK, Copy, Frames, frame_of
from game.live.sync import answered
from realtime import worker
from realtime.connections.connection import Connection
from realtime.wire.close_codes import CloseCode
from realtime.wire.identity import Identity
from realtime.wire.messages import Command, MessageId, encode

logger = logging.getLogger(__name__)

FIRST_FRAME_WITHIN_S = 5.0
NONE: Final[frozenset[int]] = frozenset()

_numbers = count(1)


class RemoteRoom:
    """A handle to a room of another worker, with the sockets of this worker that are in it.

    ``forget(game_id, self)`` is called when none is left.
    """

    def __init__(self, game_id: UUID, owner: str, forget: Callable[[UUID, "RemoteRoom"], None]) -> None:
        self.owner = owner
        self.seq: int | None = None
        self._id = game_id
        self._forget = forget
        self._relay = worker.current().relay
        self._sockets: dict[int, Connection] = {}
        self._numbers: dict[Connection, int] = {}
        # By viewer number; each is sent what comes after the ``seq`` of its first frame.
        self._viewers: dict[int, dict[Connection, int]] = {}
        # By the ``seq`` of a frame to come, the socket whose copy carries a ``ref``, however the frame comes.
        self._answers: dict[int, tuple[int, MessageId]] = {}
        # The sockets that get ticks as changes, and those of them that wait for a whole state.
        self._synced: set[int] = set()
        self._behind: set[int] = set()
        self._catching_up: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Event] = {}

    async def attach(
        self, connection: Connection, user: Identity, since: int | None, follow: UserId | None
    ) -> None:
        number = next(_numbers)
        self._sockets[number] = connection
        self._numbers[connection] = number
        asked = (self._id.hex, number, msgspec.json.encode(user), since, follow, connection.subprotocol)
        joined = self._waiting[number] = asyncio.Event()
        try:
            await self._relay.ask(self.owner, "game.attach", asked)
            async with asyncio.timeout(FIRST_FRAME_WITHIN_S):
                await joined.wait()
        except TimeoutError:
            # The request may be lost, and then the socket would never hear anything.
            raise Unavailable("The game does not answer. Try again.", retry_after=1) from None
        finally:
            del self._waiting[number]

    def take(self, user_id: UserId, command: Command) -> Awaitable[None]:
        asked = (self._id.hex, user_id, encode(command))
        return self._relay.ask(self.owner, "game.take", asked)

    def detach(self, connection: Connection, user_id: UserId) -> None:
        number = self._numbers.pop(connection, None)
        if number is None:
            return
        del self._sockets[number]
        self._synced.discard(number)
        self._behind.discard(number)
        for listeners in self._viewers.values():
            listeners.pop(connection, None)
        self._relay.tell(self.owner, "game.detach", (self._id.hex, number, user_id))
        if not self._sockets:
            self._forget(self._id, self)

    @property
    def numbers(self) -> Iterable[int]:
        """The numbers by which the room knows the sockets of this worker."""
        return self._sockets

    def joined(self, number: int, viewer: int, seq: int, is_synced: bool = False) -> None:
        """Note that the room sends frames after ``seq`` to this worker on behalf of this socket."""
        connection = self._sockets.get(number)
        if connection is not None and viewer != ALONE:
            (self._synced.add if is_synced else self._synced.discard)(number)
            self._viewers.setdefault(viewer, {})[connection] = seq
            if self.seq is None:
                self.seq = seq
        if (waiting := self._waiting.get(number)) is not None:
            waiting.set()

    def expect(self, number: int, seq: int, ref: MessageId) -> None:
        """Add the ``ref`` to this socket's copy of the frame ``seq``, which is still to come."""
        self._answers[seq] = number, ref

    def tell_one(self, number: int, frame: bytes) -> None:
        """Send a frame to one socket."""
        if number in self._sockets:
            self._sockets[number].send_ahead(frame)

    def close_one(self, number: int, code: int, reason: str) -> None:
        """Close one socket."""
        if number in self._sockets:
            self._sockets[number].close(code, reason)

    def close(self) -> None:
        """Close all sockets: the owner has lost the room, and clients come back to the next one."""
        if self._catching_up is not None:
            self._catching_up.cancel()
        for connection in tuple(self._numbers):
            connection.close(CloseCode.RESTARTED, "room_moved")
        self._forget(self._id, self)

    def tell(self, seq: int | None, key: Any, frames: Frames, copies: Sequence[Copy] = ()) -> None:
        """Send the room's frames to the sockets here, after filling a gap from the owner's history.

        Ticks are not for the sockets that get changes, and some of those get a frame of ``copies`` instead.
        """
        if seq is not None and self.seq is not None:
            if seq <= self.seq:
                return
            if seq > self.seq + 1 or self._catching_up is not None:
                self.catch_up()
                return
            self.seq = seq
        asker: Connection | None = None
        ref: MessageId = ""
        if self._answers and seq in self._answers:
            number, ref = self._answers.pop(seq)
            asker = self._sockets.get(number)
        others = {number: frame for numbers, frame in copies for number in numbers}
        skipped = self._synced if key == TICK else NONE
        for viewer, listeners in self._viewers.items():
            shared = frame_of(frames, viewer)
            for connection, since in tuple(listeners.items()):
                number = self._numbers.get(connection, ALONE)
                if (seq is None or seq > since) and number not in skipped:
                    frame = others.get(number, shared)
                    connection.send(answered(frame, ref) if connection is asker else frame, key)

    def tell_tick(self, numbers: Sequence[int], frame: bytes, is_whole: bool) -> None:
        """Send these sockets the frame of a tick; one that is too slow gets everything again later."""
        for number in numbers:
            connection = self._sockets.get(number)
            if connection is None or number not in self._synced:
                continue
            if not connection.is_clear:
                self._behind.add(number)
            elif is_whole or number not in self._behind:
                self._behind.discard(number)
                connection.send(frame)
            else:
                self._relay.tell(self.owner, "game.missed_tick", (self._id.hex, number))

    async def compare(self, within_s: float) -> None:
        """Ask the owner, which has so long to answer, for its last ``seq``, and catch up if that is newer."""
        if self.seq is None:
            return
        try:
            told = await self._relay.ask(self.owner, "game.seq", self._id.hex, within_s=within_s)
        except Unavailable:
            return
        except Refusal:
            # It has let the room go, and its message about that was lost.
            self.close()
            return
        if told > self.seq:
            self.catch_up()

    def catch_up(self) -> None:
        """Ask the owner for the frames that this worker missed."""
        if self._catching_up is None:
            self._catching_up = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        missed: list[Any] = []
        try:
            missed, states, seq = await self._relay.ask(self.owner, "game.history", (self._id.hex, self.seq))
        except Refusal as refusal:
            logger.warning("Game %s could not be caught up with yet: %s", self._id, refusal.message)
            return
        finally:
            self._catching_up = None
        if missed is None:
            self.tell(None, None, states)
            self.seq = seq
            self._answers.clear()
        else:
            for missed_seq, frames in missed:
                self.tell(missed_seq, None, frames)
