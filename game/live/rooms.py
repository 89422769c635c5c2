"""All rooms that matter to this worker: those it owns, and those of other workers that its sockets are in.

A room's owner is the worker named at ``room:<game id>`` in Redis, for as long as that worker's lease stands.
Redis may forget; the journal's key then tells who came second.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from itertools import count
from typing import Any, Protocol
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.module_loading import import_string

from core.batches import batched
from core.refusals import Refusal, Unavailable
from game import commands, selectors, services
from game.author import catalogue
from game.author.match import Match
from game.events import SeatTaken
from game.live.journal import Journal
from game.live.listeners import Frames, RemoteListener, frame_of
from game.live.room import RESTARTED, UNLOAD_AFTER_S, Room
from game.live.scheduler import Scheduler
from game.models import Game
from game.records import RoomRecord
from realtime import worker
from realtime.connection import Connection
from realtime.identity import Identity
from realtime.messages import Command, CommandDecoder, encode
from realtime.reactions import reacts_to
from realtime.redis import Down, evaluate
from realtime.relay import relayed
from realtime.tasks import begin
from realtime.worker import lease_key

logger = logging.getLogger(__name__)

WATCH_EVERY_S = 0.5
ADOPT_EVERY_S = 5.0
CHECKED_AT_ONCE = 100
RETRY_S = 0.25
FIRST_FRAME_WITHIN_S = 5.0
RELEASE_WITHIN_S = 2.0
OWNERS_TELL_WITHIN_S = 2.0  # leases and rooms are looked after twice a second
OWNER_KEPT_S = 86_400

# KEYS: the room. ARGV: this worker, prefix of leases, seconds kept. Returns the owner. One that was killed
# still has its lease, but listens no more.
_CLAIM = """
local owner = redis.call('GET', KEYS[1])
if owner and redis.call('EXISTS', ARGV[2] .. owner) == 1 and redis.call('PUBSUB', 'NUMSUB', owner)[2] > 0 then
  return owner
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return ARGV[1]
"""
# Gives the room up only if it is still ours.
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


def _key(game_id: UUID) -> str:
    return f"room:{game_id}"


class Place(Protocol):
    """A room as a consumer uses it, wherever it is."""

    async def attach(self, connection: Connection, user: Identity, since: int | None) -> None: ...
    def take(self, user_id: int, command: Command) -> Awaitable[None] | None: ...
    def detach(self, connection: Connection, user_id: int) -> None: ...


class Here:
    """A room of this worker."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.take = room.take
        self.detach = room.detach

    async def attach(self, connection: Connection, user: Identity, since: int | None) -> None:
        await admit(self._room, user.user_id)
        self._room.attach(connection, user, since)


class Elsewhere:
    """A room of another worker, with the sockets of this one that are in it."""

    def __init__(self, rooms: "Rooms", game_id: UUID, owner: str) -> None:
        self.owner = owner
        self.seq: int | None = None
        self._rooms = rooms
        self._id = game_id
        self._relay = worker.current().relay
        self._sockets: dict[int, Connection] = {}
        self._numbers: dict[Connection, int] = {}
        # By what they may see; each hears what comes after the ``seq`` of its first frame.
        self._viewers: dict[int, dict[Connection, int]] = {}
        self._catching_up: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Event] = {}

    async def attach(self, connection: Connection, user: Identity, since: int | None) -> None:
        number = next(_numbers)
        self._sockets[number] = connection
        self._numbers[connection] = number
        asked = (self._id.hex, number, msgspec.json.encode(user), since)
        joined = self._waiting[number] = asyncio.Event()
        try:
            await self._relay.ask(self.owner, "game.attach", asked)
            async with asyncio.timeout(FIRST_FRAME_WITHIN_S):
                await joined.wait()
        except TimeoutError:
            # It may have been lost on the way: the socket would hear nothing for ever.
            raise Unavailable("The game does not answer. Try again.", retry_after=1) from None
        finally:
            del self._waiting[number]

    def take(self, user_id: int, command: Command) -> Awaitable[None]:
        asked = (self._id.hex, user_id, encode(command))
        return self._relay.ask(self.owner, "game.take", asked)

    def detach(self, connection: Connection, user_id: int) -> None:
        number = self._numbers.pop(connection, None)
        if number is None:
            return
        del self._sockets[number]
        for listeners in self._viewers.values():
            listeners.pop(connection, None)
        self._relay.tell(self.owner, "game.detach", (self._id.hex, number, user_id))
        if not self._sockets:
            self._rooms.forget_elsewhere(self._id, self)

    @property
    def numbers(self) -> Iterable[int]:
        """The sockets here, as the room knows them."""
        return self._sockets

    def joined(self, number: int, viewer: int, seq: int) -> None:
        """The room tells this worker its frames after ``seq`` on behalf of this socket."""
        connection = self._sockets.get(number)
        if connection is not None:
            self._viewers.setdefault(viewer, {})[connection] = seq
        if (waiting := self._waiting.get(number)) is not None:
            waiting.set()
        if self.seq is None:
            self.seq = seq

    def tell_one(self, number: int, frame: bytes) -> None:
        """Hand a frame to one socket."""
        if number in self._sockets:
            self._sockets[number].send_ahead(frame)

    def close_one(self, number: int, code: int, reason: str) -> None:
        """Close one socket."""
        if number in self._sockets:
            self._sockets[number].close(code, reason)

    def close(self) -> None:
        """The owner has the room no more: let everybody come back to whoever owns it now."""
        if self._catching_up is not None:
            self._catching_up.cancel()
        for connection in tuple(self._numbers):
            connection.close(RESTARTED, "room_moved")
        self._rooms.forget_elsewhere(self._id, self)

    def tell(self, seq: int | None, key: Any, frames: Frames) -> None:
        """Hand the room's frames to the sockets here; a gap is filled from the owner's history first."""
        if seq is not None and self.seq is not None:
            if seq <= self.seq:
                return
            if seq > self.seq + 1 or self._catching_up is not None:
                self.catch_up()
                return
            self.seq = seq
        for viewer, listeners in self._viewers.items():
            frame = frame_of(frames, viewer)
            for connection, since in tuple(listeners.items()):
                if seq is None or seq > since:
                    connection.send(frame, key)

    async def compare(self) -> None:
        """Ask how far the owner is, and catch up if this worker is behind."""
        if self.seq is None:
            return
        try:
            # An owner that was killed must not hold up the watch that finds it out.
            told = await self._relay.ask(self.owner, "game.seq", self._id.hex, within_s=WATCH_EVERY_S)
        except Unavailable:
            return
        except Refusal:
            # It has let the room go, and what it said then was lost on the way.
            self.close()
            return
        if told > self.seq:
            self.catch_up()

    def catch_up(self) -> None:
        """Ask the owner for what this worker has not heard."""
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
        else:
            for missed_seq, frames in missed:
                self.tell(missed_seq, None, frames)


class Rooms:
    """This worker's rooms."""

    def __init__(self) -> None:
        self.here: dict[UUID, Room] = {}
        self.elsewhere: dict[UUID, Elsewhere] = {}
        self.remote_listeners: dict[tuple[str, int], RemoteListener] = {}
        self._worker = worker.current()
        self.worker_id = self._worker.id
        self.journal: Journal = import_string(settings.GAME_JOURNAL)()
        self.scheduler = Scheduler()
        self._opening: dict[UUID, asyncio.Future[Room]] = {}
        self._not_to_be_opened: set[UUID] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def find(self, game_id: UUID) -> Place:
        """The room, opened here if nobody else has it. Raises ``UnknownMatch``, or ``Unavailable``
        without Redis.
        """
        room = self.here.get(game_id)
        if room is not None:
            return Here(room)
        elsewhere = self.elsewhere.get(game_id)
        if elsewhere is not None:
            return elsewhere
        owner = await self.owner(game_id)
        if owner != self._worker.id:
            return self.elsewhere.setdefault(game_id, Elsewhere(self, game_id, owner))
        return Here(await self.open(game_id))

    async def own(self, game_id: UUID) -> Room:
        """The room, which another worker believes to be here. Raises ``Unavailable`` if it is not."""
        if game_id not in self.here and await self.owner(game_id) != self._worker.id:
            raise _moved()
        return await self.open(game_id)

    async def open(self, game_id: UUID) -> Room:
        """The room, which this worker has claimed."""
        room = self.here.get(game_id)
        if room is not None:
            return room
        opening = self._opening.get(game_id)
        if opening is None:
            opening = self._opening[game_id] = asyncio.ensure_future(self._open(game_id))
            opening.add_done_callback(lambda _: self._opening.pop(game_id, None))
        return await asyncio.shield(opening)

    def seat_taken(self, game_id: UUID) -> None:
        """Somebody sat down: those who wait in the room, wherever it is, are to know."""
        begin(self._tell_of_seat(game_id), self._tasks, "Telling a room of a seat")

    async def _tell_of_seat(self, game_id: UUID) -> None:
        with contextlib.suppress(*worker.AWAY):
            room = self.here.get(game_id)
            if room is not None:
                await _look_at_seats(room)
            elif (owner := (await self._owners([game_id]))[0]) is not None:
                self._worker.relay.tell(owner, "game.seat_taken", game_id.hex)

    def forget_elsewhere(self, game_id: UUID, place: Elsewhere) -> None:
        """No socket of this worker is in that room any more."""
        if self.elsewhere.get(game_id) is place:
            del self.elsewhere[game_id]

    async def stop(self) -> None:
        """Write what waits, and let the rooms go, so that others can take them over at once."""
        await self.scheduler.stop()
        for room in self.here.values():
            room.pause()
        await self.journal.close()
        for task in self._tasks:
            task.cancel()
        for room in self.here.values():
            room.close()
        with contextlib.suppress(*Down):
            # Those that are left are free as soon as this worker's lease has gone.
            async with asyncio.timeout(RELEASE_WITHIN_S):
                for game_id in list(self.here):
                    await self._release(game_id)
        self.here.clear()

    async def watch(self) -> None:
        """See to rooms whose owner is gone, to listeners whose worker is gone, and to rooms nobody needs."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            try:
                await self._check_workers()
                await self._check_ownership()
                await asyncio.gather(self._catch_up(), self._check_listeners())
            except Down as problem:
                logger.warning("Rooms cannot be checked: %s", problem)
            await self._unload()

    async def adopt(self) -> None:
        """Open the running games that nobody owns: their clocks run out, and their players come back."""
        while True:
            await asyncio.sleep(ADOPT_EVERY_S)
            try:
                running = await worker.in_database(selectors.unfinished_ids, older_than_s=ADOPT_EVERY_S)
                orphans = await self._orphans(running)
                if orphans:
                    # A Redis that came back empty knows no owner till the living have told it.
                    await asyncio.sleep(OWNERS_TELL_WITHIN_S)
                for game_id in await self._orphans(orphans):
                    if await self._claim(game_id) == self._worker.id:
                        await self._adopt(game_id)
            except worker.AWAY as problem:
                logger.warning("Games cannot be adopted: %s", problem)

    async def _adopt(self, game_id: UUID) -> None:
        try:
            await self.open(game_id)
        except worker.AWAY:
            raise
        except Exception as problem:
            # Its rules are gone, or others by now. It stays claimed, and is not tried again.
            self._not_to_be_opened.add(game_id)
            logger.error("Game %s cannot be opened", game_id, exc_info=problem)

    async def _orphans(self, game_ids: list[UUID]) -> list[UUID]:
        known = self.here.keys() | self._not_to_be_opened
        unknown = [game_id for game_id in game_ids if game_id not in known]
        owners = await self._owners(unknown)
        # What is ours and not here was claimed for somebody who went away, or failed, before it was opened.
        others = {owner for owner in owners if owner is not None} - {self.worker_id}
        alive = await self._worker.alive(others)
        return [game_id for game_id, owner in zip(unknown, owners, strict=True) if owner not in alive]

    async def _open(self, game_id: UUID) -> Room:
        try:
            record = await worker.in_database(services.take_over, game_id=game_id)
        except Exception:
            await self._release(game_id)
            raise
        room = Room(record, _match(record), self.journal, self._lost)
        self.here[game_id] = room
        if (place := self.elsewhere.get(game_id)) is not None:
            # Those who still listen by way of its lost owner come to it here.
            place.close()
        if room.match.game.real_time:
            self.scheduler.add(room)
        return room

    def _lost(self, room: Room, taken: bool) -> None:
        begin(self._let_go(room, taken), self._tasks, "Letting go of a room")

    async def _let_go(self, room: Room, taken: bool) -> None:
        while not taken and not await worker.in_database(selectors.can_answer):  # noqa: ASYNC110 (no event tells)
            await asyncio.sleep(RETRY_S)
        self._drop(room)
        room.close()
        if not taken:
            with contextlib.suppress(*Down):
                await self._release(room.id)

    def _drop(self, room: Room) -> None:
        if self.here.get(room.id) is room:
            del self.here[room.id]
        self.scheduler.remove(room)

    async def owner(self, game_id: UUID) -> str:
        """The room's worker: this one, if none has it yet. Raises ``Unavailable`` without Redis."""
        try:
            return await self._claim(game_id)
        except Down:
            raise Unavailable("Games cannot be opened just now.", retry_after=1) from None

    async def _claim(self, game_id: UUID) -> str:
        arguments = (self._worker.id, lease_key(""), OWNER_KEPT_S)
        owner: bytes = await evaluate(self._worker.redis, _CLAIM, [_key(game_id)], arguments)
        return owner.decode()

    async def _release(self, game_id: UUID) -> None:
        await evaluate(self._worker.redis, _RELEASE, [_key(game_id)], [self._worker.id])

    async def _owners(self, game_ids: Sequence[UUID]) -> list[str | None]:
        if not game_ids:
            return []
        owners = await self._worker.redis.mget([_key(game_id) for game_id in game_ids])
        return [None if owner is None else owner.decode() for owner in owners]

    async def _check_workers(self) -> None:
        owners = {place.owner for place in self.elsewhere.values()}
        listening = {sender for sender, _ in self.remote_listeners}
        gone = await self._worker.gone(owners | listening)
        for place in list(self.elsewhere.values()):
            if place.owner in gone:
                place.close()
        for (sender, number), listener in list(self.remote_listeners.items()):
            if sender in gone:
                _detach(sender, (listener.game_id.hex, number, listener.user_id))

    async def _check_listeners(self) -> None:
        """Of a socket's going nothing is heard when that is lost on its way, or overtakes its coming."""
        known: dict[str, list[int]] = defaultdict(list)
        for sender, number in self.remote_listeners:
            known[sender].append(number)
        await asyncio.gather(*(self._ask_who_is_gone(*asked) for asked in known.items()))

    async def _ask_who_is_gone(self, sender: str, numbers: list[int]) -> None:
        with contextlib.suppress(Refusal):
            for number in await self._worker.relay.ask(sender, "game.gone", numbers, within_s=WATCH_EVERY_S):
                listener = self.remote_listeners.get((sender, number))
                if listener is not None:
                    _detach(sender, (listener.game_id.hex, number, listener.user_id))

    async def _check_ownership(self) -> None:
        """Redis may have forgotten, and another worker may have come first since."""
        for game_ids in batched(self.here, CHECKED_AT_ONCE):
            for game_id, owner in zip(game_ids, await self._owners(game_ids), strict=True):
                room = self.here.get(game_id)
                if (
                    room is not None
                    and owner != self._worker.id
                    and await self._claim(game_id) != self._worker.id
                ):
                    self._lost(room, True)

    async def _catch_up(self) -> None:
        await asyncio.gather(*(place.compare() for place in list(self.elsewhere.values())))

    async def _unload(self) -> None:
        before = self._worker.loop.time() - UNLOAD_AFTER_S
        for game_id, room in list(self.here.items()):
            if room.phase in Game.OVER and room.empty_since is not None and room.empty_since < before:
                self._drop(room)
                room.close()
                with contextlib.suppress(*Down):
                    await self._release(game_id)


async def admit(room: Room, user_id: int) -> None:
    """Let a room with free seats know if this user has taken one."""
    if not room.seats_user(user_id):
        await _look_at_seats(room)


async def _look_at_seats(room: Room) -> None:
    if room.has_free_seats:
        record = await worker.in_database(selectors.room_record, room.id)
        if record.epoch != room.record.epoch:
            room.lost(True)
        elif room.has_free_seats and len(record.seats) > len(room.record.seats):
            room.fill(record, _match(record))


def _match(record: RoomRecord) -> Match:
    game = catalogue.get(record.name)
    free = record.seats_wanted - len(record.seats)
    users = [*(seat.user_id for seat in record.seats), *[0] * free]
    try:
        if record.snapshot is not None:
            return Match.load(game, msgspec.json.decode(record.snapshot), users=users)
        return Match.new(game, seats=len(users), seed=record.seed, options=record.options, users=users)
    except Exception as problem:
        if record.entries and record.result is None:
            # Its rules were sound when it was entered: it waits for them, or for an operator who ends it.
            raise
        return Match.broken(game, problem, seed=record.seed, users=users)


_numbers = count(1)
_rooms: Rooms | None = None


def current() -> Rooms:
    """This worker's rooms."""
    global _rooms
    if _rooms is None or _rooms.worker_id != worker.current().id:
        _rooms = Rooms()
    return _rooms


@reacts_to(SeatTaken)
def seat_taken(event: SeatTaken) -> None:
    """Have the game's room told, once the transaction commits."""
    worker.once_committed(lambda: current().seat_taken(event.game_id))


@worker.background
async def _watch() -> None:
    await current().watch()


@worker.background
async def _adopt() -> None:
    await current().adopt()


@worker.at_stop
async def _stop() -> None:
    await current().stop()


# What other workers ask of the rooms here.

_take_decoder = CommandDecoder(
    (commands.PlayerMove, commands.PlayerReady, commands.GameAction, commands.ChatMessage)
)


def _moved() -> Unavailable:
    return Unavailable("The game has moved to another server.", retry_after=1)


def _own(game_hex: str) -> Room:
    room = current().here.get(UUID(game_hex))
    if room is None:
        raise _moved()
    return room


@relayed("game.attach")
def _attach(sender: str, asked: tuple[str, int, bytes, int | None]) -> Awaitable[None]:
    game_hex, number, user, since = asked
    identity = msgspec.json.decode(user, type=Identity)
    listener = RemoteListener(worker.current().relay, sender, UUID(game_hex), number, identity.user_id)
    # Before anything is waited for: that it has gone may be known next.
    current().remote_listeners[sender, number] = listener
    return _let_in(listener, identity, since)


async def _let_in(listener: RemoteListener, identity: Identity, since: int | None) -> None:
    room = await current().own(listener.game_id)
    await admit(room, identity.user_id)
    if listener.closed_with is None:
        room.attach(listener, identity, since)


@relayed("game.seat_taken")
async def _seat_taken(sender: str, game_hex: str) -> None:
    if (room := current().here.get(UUID(game_hex))) is not None:
        await _look_at_seats(room)


@relayed("game.detach")
def _detach(sender: str, asked: tuple[str, int, int]) -> None:
    game_hex, number, user_id = asked
    listener = current().remote_listeners.pop((sender, number), None)
    room = current().here.get(UUID(game_hex))
    if listener is not None:
        listener.gone()
        if room is not None:
            room.detach(listener, user_id)


@relayed("game.take")
def _take(sender: str, asked: tuple[str, int, bytes]) -> None:
    game_hex, user_id, command = asked
    _own(game_hex).take(user_id, _take_decoder.decode(command))


@relayed("game.history")
def _history(sender: str, asked: tuple[str, int]) -> tuple[Any, Any, int]:
    game_hex, since = asked
    room = _own(game_hex)
    missed = room.history(since)
    if missed is None and room.committed < room.seq:
        raise Unavailable("What happens just now is not kept yet.", retry_after=1)
    return missed, room.state_frames(), room.committed


@relayed("game.seq")
def _seq(sender: str, game_hex: str) -> int:
    return _own(game_hex).committed


# What the owners of other rooms tell the sockets here.


def _place(sender: str, game_hex: str) -> Elsewhere | None:
    """The room's sockets here; none of them hears one who owned the room before and does not know it yet."""
    place = current().elsewhere.get(UUID(game_hex))
    return place if place is not None and place.owner == sender else None


@relayed("game.joined")
def _joined(sender: str, told: tuple[str, int, int, int]) -> None:
    place = _place(sender, told[0])
    if place is not None:
        place.joined(*told[1:])


@relayed("game.frames")
def _frames(sender: str, told: tuple[str, int | None, Any, Frames]) -> None:
    place = _place(sender, told[0])
    if place is not None:
        place.tell(*told[1:])


@relayed("game.frame")
def _frame(sender: str, told: tuple[str, int, bytes]) -> None:
    place = _place(sender, told[0])
    if place is not None:
        place.tell_one(*told[1:])


@relayed("game.gone")
def _gone(sender: str, numbers: list[int]) -> list[int]:
    """Those of these sockets that are not here any more. A socket is here before its room hears of it."""
    here = {number for place in current().elsewhere.values() for number in place.numbers}
    return [number for number in numbers if number not in here]


@relayed("game.close")
def _close(sender: str, told: tuple[str, int, int, str]) -> None:
    place = _place(sender, told[0])
    if place is not None:
        place.close_one(*told[1:])
