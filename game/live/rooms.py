"""All rooms that matter to this worker: those it owns, and those of other workers that its sockets are in."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
from django.conf import settings
from django.utils.module_loading import import_string
from prometheus_client import Counter

from core.batches import batched
from core.refusals import Refusal, Unavailable
from game import selectors, services
from game.author import catalogue
from game.author.match import Match
from game.events import SeatTaken
from game.live.elsewhere import Elsewhere
from game.live.journal import Journal
from game.live.listeners import RemoteListener
from game.live.ownership import Ownership
from game.live.room import UNLOAD_AFTER_S, Room
from game.live.scheduler import Scheduler
from game.records import RoomRecord
from game.refusals import Recovering
from realtime import worker
from realtime.connection import Connection
from realtime.gathering import Gathered
from realtime.identity import Identity
from realtime.messages import Command, encode, error
from realtime.reactions import reacts_to
from realtime.redis import Down
from realtime.tasks import begin

logger = logging.getLogger(__name__)

taken_over = Counter("game_takeovers_total", "Games under way that were read from their journal")

WATCH_EVERY_S = 0.5
ADOPT_EVERY_S = 5.0
CHECKED_AT_ONCE = 500
RETRY_S = 0.25
RELEASE_WITHIN_S = 2.0
OWNERS_TELL_WITHIN_S = 2.0  # leases and rooms are looked after twice a second


class Place(Protocol):
    """A room as a consumer uses it, wherever it is."""

    async def attach(self, connection: Connection, user: Identity, since: int | None) -> None: ...
    def take(self, user_id: int, command: Command) -> Awaitable[None] | None: ...
    def detach(self, connection: Connection, user_id: int) -> None: ...


class Here:
    """A room of this worker."""

    def __init__(self, room: Room) -> None:
        self.lead_to(room)

    def lead_to(self, room: Room) -> None:
        """Use this room, which was read anew in place of the one before."""
        self._room = room
        self.take = room.take
        self.detach = room.detach

    async def attach(self, connection: Connection, user: Identity, since: int | None) -> None:
        await admit(self._room, user.user_id)
        self._room.attach(connection, user.user_id, since)


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
        self._ownership = Ownership(self._worker)
        self._places: WeakValueDictionary[UUID, Here] = WeakValueDictionary()
        self._opening: dict[UUID, asyncio.Future[Room]] = {}
        self._not_to_be_opened: set[UUID] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def find(self, game_id: UUID) -> Place:
        """The room, opened here if nobody else has it. Raises ``UnknownMatch``, or ``Unavailable``
        without Redis.
        """
        room = self.here.get(game_id)
        if room is not None:
            return self._place(room)
        elsewhere = self.elsewhere.get(game_id)
        if elsewhere is not None:
            return elsewhere
        owner = await self.owner(game_id)
        if owner != self._worker.id:
            return self.elsewhere.setdefault(game_id, Elsewhere(game_id, owner, self._forget))
        return self._place(await self.open(game_id))

    async def own(self, game_id: UUID) -> Room:
        """The room, which another worker believes to be here. Raises ``Unavailable`` if it is not."""
        if game_id not in self.here and await self.owner(game_id) != self._worker.id:
            raise moved()
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

    def _place(self, room: Room) -> Here:
        place = self._places.get(room.id)
        if place is None:
            place = self._places[room.id] = Here(room)
        return place

    def seat_taken(self, game_id: UUID) -> None:
        """Somebody sat down: those who wait in the room, wherever it is, are to know."""
        begin(self._tell_of_seat(game_id), self._tasks, "Telling a room of a seat")

    async def _tell_of_seat(self, game_id: UUID) -> None:
        with contextlib.suppress(*worker.AWAY):
            room = self.here.get(game_id)
            if room is not None:
                await look_at_seats(room)
            elif (owner := (await self._ownership.owners([game_id]))[0]) is not None:
                self._worker.relay.tell(owner, "game.seat_taken", game_id.hex)

    def _forget(self, game_id: UUID, place: Elsewhere) -> None:
        if self.elsewhere.get(game_id) is place:
            del self.elsewhere[game_id]

    def detach_remote(self, sender: str, number: int) -> None:
        """This socket of another worker is gone."""
        listener = self.remote_listeners.pop((sender, number), None)
        if listener is not None:
            listener.gone()
            if (room := self.here.get(listener.game_id)) is not None:
                room.detach(listener, listener.user_id)

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
                    await self._ownership.release(game_id)
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
                    if await self._ownership.claim(game_id) == self._worker.id:
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
        owners = await self._ownership.owners(unknown)
        # What is ours and not here was claimed for somebody who went away, or failed, before it was opened.
        others = {owner for owner in owners if owner is not None} - {self.worker_id}
        alive = await self._worker.alive(others)
        return [game_id for game_id, owner in zip(unknown, owners, strict=True) if owner not in alive]

    async def _open(self, game_id: UUID) -> Room:
        try:
            record = await worker.in_database(services.take_over, game_id=game_id)
        except Exception:
            await self._ownership.release(game_id)
            raise
        room = self._begin(record)
        if (place := self.elsewhere.get(game_id)) is not None:
            # Those who still listen by way of its lost owner come to it here.
            place.close()
        return room

    def _begin(self, record: RoomRecord) -> Room:
        room = Room(record, _match(record), self.journal, self._lost)
        self.here[room.id] = room
        if record.entries and record.result is None:
            taken_over.inc()
        if (place := self._places.get(room.id)) is not None:
            place.lead_to(room)
        if room.match.game.real_time:
            self.scheduler.add(room)
        return room

    def _lost(self, room: Room, taken: bool) -> None:
        begin(self._let_go(room, taken), self._tasks, "Letting go of a room")

    async def _let_go(self, room: Room, taken: bool) -> None:
        if taken:
            self._drop(room)
            room.close()
            return
        stands_still = encode(error(Recovering(retry_after=1)))
        for seat in room.seats:
            if seat.listener is not None:
                seat.listener.send(stands_still)
        while not await self._is_mended(room):  # noqa: ASYNC110 (no event tells)
            await asyncio.sleep(RETRY_S)

    async def _is_mended(self, room: Room) -> bool:
        """Read the room anew, as soon as the database takes rows; whoever is in it stays in it."""
        if not await _database_takes_rows(None):
            return False
        try:
            is_ours = await self._ownership.claim(room.id) == self.worker_id
            record = await worker.in_database(services.take_over, game_id=room.id) if is_ours else None
            if self.here.get(room.id) is room:
                self._drop(room)
                if record is None:
                    room.close()
                else:
                    self._begin(record).take_in(room)
        except worker.AWAY:
            return False
        except Exception:
            self._drop(room)
            room.close()
            raise
        return True

    def _drop(self, room: Room) -> None:
        if self.here.get(room.id) is room:
            del self.here[room.id]
        self.scheduler.remove(room)

    async def owner(self, game_id: UUID) -> str:
        """The room's worker: this one, if none has it yet. Raises ``Unavailable`` without Redis."""
        try:
            return await self._ownership.claim(game_id)
        except Down:
            raise Unavailable("Games cannot be opened just now.", retry_after=1) from None

    async def _check_workers(self) -> None:
        owners = {place.owner for place in self.elsewhere.values()}
        listening = {sender for sender, _ in self.remote_listeners}
        gone = await self._worker.gone(owners | listening)
        for place in list(self.elsewhere.values()):
            if place.owner in gone:
                place.close()
        for sender, number in list(self.remote_listeners):
            if sender in gone:
                self.detach_remote(sender, number)

    async def _check_listeners(self) -> None:
        """Of a socket's going nothing is heard when that is lost on its way, or overtakes its coming."""
        known: dict[str, list[int]] = defaultdict(list)
        for sender, number in self.remote_listeners:
            known[sender].append(number)
        await asyncio.gather(*(self._ask_who_is_gone(*asked) for asked in known.items()))

    async def _ask_who_is_gone(self, sender: str, numbers: list[int]) -> None:
        with contextlib.suppress(Refusal):
            for number in await self._worker.relay.ask(sender, "game.gone", numbers, within_s=WATCH_EVERY_S):
                self.detach_remote(sender, number)

    async def _check_ownership(self) -> None:
        """Redis may have forgotten, and another worker may have come first since."""
        for game_ids in batched(self.here, CHECKED_AT_ONCE):
            for game_id in await self._ownership.others(game_ids):
                room = self.here.get(game_id)
                if room is not None and await self._ownership.claim(game_id) != self._worker.id:
                    self._lost(room, True)

    async def _catch_up(self) -> None:
        await asyncio.gather(*(place.compare(WATCH_EVERY_S) for place in list(self.elsewhere.values())))

    async def _unload(self) -> None:
        before = self._worker.loop.time() - UNLOAD_AFTER_S
        for game_id, room in list(self.here.items()):
            if room.is_over and room.empty_since is not None and room.empty_since < before:
                self._drop(room)
                room.close()
                with contextlib.suppress(*Down):
                    await self._ownership.release(game_id)


async def _try_to_store(_: list[None]) -> dict[None, bool]:
    journal = current().journal
    try:
        await worker.in_database(services.try_to_store)
    except worker.AWAY as problem:
        journal.failed(problem)
        return {None: False}
    journal.succeeded()
    return {None: True}


# A thousand rooms that wait for it are one question.
_database_takes_rows = Gathered(_try_to_store)


def moved() -> Unavailable:
    """The refusal of a worker that does not own the room it is asked about."""
    return Unavailable("The game has moved to another server.", retry_after=1)


async def admit(room: Room, user_id: int) -> None:
    """Let a room with free seats know if this user has taken one."""
    if not room.seats_user(user_id):
        await look_at_seats(room)


async def look_at_seats(room: Room) -> None:
    """Let a room with free seats know who has sat down since it was opened."""
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
