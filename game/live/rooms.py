"""The rooms that this worker owns, and those of other workers that its sockets are in."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Iterable
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from django.conf import settings
from django.utils.module_loading import import_string
from prometheus_client import Counter

from core.background import STORE_ERRORS, at_stop, background, sweep
from core.batches import batched
from core.batching import BatchLoader
from core.database import in_database
from core.due import look
from core.ids import UserId
from core.redis import REDIS_ERRORS
from core.refusals import Refusal, Unavailable
from core.tasks import begin
from game import journals, selectors, services
from game.author.match import Match
from game.events import SeatTaken
from game.live.journal import Journal
from game.live.listeners import RemoteListener
from game.live.opening import admit, look_at_seats, take_over
from game.live.ownership import Ownership
from game.live.remote import RemoteRoom
from game.live.room.actor import Room
from game.live.room.deadlines import UNLOAD_AFTER_S
from game.live.scheduler import Scheduler
from game.records import RoomRecord
from game.refusals import Recovering
from realtime import worker
from realtime.connections.connection import Connection
from realtime.delivery.relay import relayed
from realtime.reactions import reacts_to
from realtime.wire.identity import Identity
from realtime.wire.messages import Command, encode, error

logger = logging.getLogger(__name__)

taken_over = Counter("game_takeovers_total", "Games under way that were read from their journal")

WATCH_EVERY_S = 0.5
ADOPT_EVERY_S = 2.0
BATCH_SIZE = 500
RETRY_S = 0.25
NOT_READ: tuple[type[Exception], ...] = (Refusal, *STORE_ERRORS)
"""Without the record of a game nobody has to own its room; one whose rules fail stays with its owner."""
RELEASE_WITHIN_S = 2.0
OWNERS_TELL_WITHIN_S = 2.0  # workers renew leases once a second and claim rooms twice


class RoomHandle(Protocol):
    """A room as a consumer uses it, whichever worker owns it."""

    async def attach(
        self, connection: Connection, user: Identity, since: int | None, follow: UserId | None
    ) -> None: ...
    def take(self, user_id: UserId, command: Command) -> Awaitable[None] | None: ...
    def detach(self, connection: Connection, user_id: UserId) -> None: ...


class LocalRoom:
    """A handle to a room of this worker."""

    def __init__(self, room: Room) -> None:
        self.lead_to(room)

    def lead_to(self, room: Room) -> None:
        """Use this room, which replaces the one so far."""
        self._room = room
        self.take = room.take
        self.detach = room.detach

    async def attach(
        self, connection: Connection, user: Identity, since: int | None, follow: UserId | None
    ) -> None:
        await admit(self._room, user.user_id)
        self._room.attach(connection, user.user_id, since, follow)


class Rooms:
    """The rooms of this worker: found, opened, watched and released."""

    def __init__(self) -> None:
        self.here: dict[UUID, Room] = {}
        self.remote: dict[UUID, RemoteRoom] = {}
        self.remote_listeners: dict[tuple[str, int], RemoteListener] = {}
        self._worker = worker.current()
        self.worker_id = self._worker.id
        kind: type[Journal] = import_string(settings.GAME_JOURNAL)
        self.journals = {number: kind(journals.alias(number)) for number in journals.numbers()}
        self.scheduler = Scheduler()
        self._ownership = Ownership(self._worker)
        self._handles: WeakValueDictionary[UUID, LocalRoom] = WeakValueDictionary()
        self._opening: dict[UUID, asyncio.Future[Room]] = {}
        self._not_to_be_opened: set[UUID] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def find(self, game_id: UUID) -> RoomHandle:
        """Return a handle to the room, which is opened here if no other worker has it.

        Raises ``UnknownMatch``, or ``Unavailable`` without Redis.
        """
        room = self.here.get(game_id)
        if room is not None:
            return self._local(room)
        remote = self.remote.get(game_id)
        if remote is not None and await self._is_alive(remote.owner):
            return remote
        try:
            owner = await self.owner(game_id)
        except asyncio.CancelledError:
            # The client has left, but the claim may have been made.
            self.adopt([game_id])
            raise
        if owner != self._worker.id:
            known = self.remote.get(game_id)
            if known is not None and known.owner != owner:
                known.close()
            return self.remote.setdefault(game_id, RemoteRoom(game_id, owner, self._forget))
        return self._local(await self.open(game_id))

    async def _is_alive(self, owner: str) -> bool:
        """Return whether a room's owner lives: who comes back first need not wait until its death is sure."""
        try:
            return owner in await self._worker.alive([owner])
        except REDIS_ERRORS:
            return True

    async def own(self, game_id: UUID) -> Room:
        """Return the room that another worker believes to be here. Raises ``Unavailable`` if it is not."""
        if game_id not in self.here and await self.owner(game_id) != self._worker.id:
            raise moved()
        return await self.open(game_id)

    async def open(self, game_id: UUID) -> Room:
        """Return a room that this worker has claimed."""
        room = self.here.get(game_id)
        if room is not None:
            return room
        if self._worker.is_draining:
            raise moved()
        opening = self._opening.get(game_id)
        if opening is None:
            opening = self._opening[game_id] = asyncio.ensure_future(self._open(game_id))
            opening.add_done_callback(lambda _: self._opening.pop(game_id, None))
        return await asyncio.shield(opening)

    def _local(self, room: Room) -> LocalRoom:
        handle = self._handles.get(room.id)
        if handle is None:
            handle = self._handles[room.id] = LocalRoom(room)
        return handle

    def seat_taken(self, game_id: UUID) -> None:
        """Tell the room, on whichever worker, that somebody took a seat."""
        begin(self._tell_of_seat(game_id), self._tasks, "Telling a room of a seat")

    async def _tell_of_seat(self, game_id: UUID) -> None:
        with contextlib.suppress(*STORE_ERRORS):
            room = self.here.get(game_id)
            if room is not None:
                await look_at_seats(room)
            elif (owner := (await self._ownership.owners([game_id]))[0]) is not None:
                self._worker.relay.tell(owner, "game.seat_taken", game_id.hex)

    def _forget(self, game_id: UUID, remote: RemoteRoom) -> None:
        if self.remote.get(game_id) is remote:
            del self.remote[game_id]

    def detach_remote(self, sender: str, number: int) -> None:
        """Forget a socket of another worker, which has closed."""
        listener = self.remote_listeners.pop((sender, number), None)
        if listener is not None:
            listener.gone()
            if (room := self.here.get(listener.game_id)) is not None:
                room.detach(listener, listener.user_id)

    async def stop(self) -> None:
        """Write what waits, and release the rooms, so that others can take them over at once."""
        await self.scheduler.stop()
        for room in self.here.values():
            room.pause()
        await asyncio.gather(*(journal.close() for journal in self.journals.values()))
        for task in self._tasks:
            task.cancel()
        for room in self.here.values():
            room.close()
        with contextlib.suppress(*REDIS_ERRORS):
            # Rooms that are not released here become free when this worker's lease ends.
            async with asyncio.timeout(RELEASE_WITHIN_S):
                for game_id in list(self.here):
                    await self._ownership.release(game_id)
        self.here.clear()

    async def release(self, room: Room) -> None:
        """Let another worker claim a room that is paused; its clients come back to wherever it is."""
        await self._ownership.release(room.id)
        self._drop(room)
        room.close()

    async def watch(self) -> None:
        """Look regularly for owners and listeners' workers that are gone, and for rooms that nobody needs."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            try:
                await self._check_workers()
                await self._check_ownership()
                await asyncio.gather(self._catch_up(), self._check_listeners())
            except REDIS_ERRORS as problem:
                logger.warning("Rooms cannot be checked: %s", problem)
            await self._unload()

    async def share_out_orphans(self, *, only_recent: bool = False) -> None:
        """Let the workers open running games that none has: their clocks run out, and players can return."""
        running = await in_database(selectors.unfinished_ids, only_recent=only_recent)
        orphans = await self._orphans(running)
        if orphans:
            # A Redis that came back empty knows no owner until all workers have claimed their rooms again.
            await asyncio.sleep(OWNERS_TELL_WITHIN_S)
            orphans = await self._orphans(orphans)
        if not orphans:
            return
        others = set(await self._worker.presence.workers()) - {self.worker_id}
        workers = sorted(await self._worker.alive({self.worker_id, *others}, takes_rooms=True))
        for number, worker_id in enumerate(workers):
            share = orphans[number :: len(workers)]
            if worker_id == self.worker_id:
                self.adopt(share)
            elif share:
                self._worker.relay.tell(worker_id, "game.adopt", [game_id.hex for game_id in share])

    def adopt(self, game_ids: Iterable[UUID]) -> None:
        """Open these games here, unless another worker has them by now."""
        begin(self._adopt_all(list(game_ids)), self._tasks, "Adopting games")

    async def _adopt_all(self, game_ids: list[UUID]) -> None:
        try:
            for game_id in game_ids:
                if game_id in self._not_to_be_opened or self._worker.is_draining:
                    continue
                if await self._ownership.claim(game_id) == self.worker_id:
                    await self._adopt(game_id)
        except STORE_ERRORS as problem:
            logger.warning("Games cannot be adopted: %s", problem)
            await asyncio.sleep(RETRY_S)
            self._worker.sweep_soon()

    async def _adopt(self, game_id: UUID) -> None:
        try:
            await self.open(game_id)
        except STORE_ERRORS:
            raise
        except Exception as problem:
            # Its rules are gone or have changed. It stays claimed, and is not tried again.
            self._not_to_be_opened.add(game_id)
            logger.error("Game %s cannot be opened", game_id, exc_info=problem)

    async def _orphans(self, game_ids: list[UUID]) -> list[UUID]:
        known = self.here.keys() | self._not_to_be_opened
        unknown = [game_id for game_id in game_ids if game_id not in known]
        owners = await self._ownership.owners(unknown)
        # A room that is ours but not here was claimed for a client who left, or a room that failed to open.
        others = {owner for owner in owners if owner is not None} - {self.worker_id}
        alive = await self._worker.alive(others)
        return [game_id for game_id, owner in zip(unknown, owners, strict=True) if owner not in alive]

    async def _open(self, game_id: UUID) -> Room:
        try:
            record, match = await take_over(game_id)
        except NOT_READ:
            await self._ownership.release(game_id)
            raise
        room = self._begin(record, match)
        if (remote := self.remote.get(game_id)) is not None:
            # Clients that still listen to its former owner reconnect, and find it here.
            remote.close()
        return room

    def _begin(self, record: RoomRecord, match: Match) -> Room:
        room = Room(record, match, self.journals[record.journal], self._lost)
        self.here[room.id] = room
        if record.entries and record.result is None:
            taken_over.inc()
        if (handle := self._handles.get(room.id)) is not None:
            handle.lead_to(room)
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
        refusal = encode(error(Recovering(retry_after=1)))
        for seat in room.seats:
            if seat.listener is not None:
                seat.listener.send(refusal)
        while not await self._is_mended(room):  # noqa: ASYNC110 (no event tells)
            await asyncio.sleep(RETRY_S)

    async def _is_mended(self, room: Room) -> bool:
        """Replace the room by one read from the database, if that takes rows again; everybody in it stays."""
        if not await _database_takes_rows(room.record.journal):
            return False
        try:
            is_ours = await self._ownership.claim(room.id) == self.worker_id
            taken = await take_over(room.id) if is_ours else None
            if self.here.get(room.id) is room:
                self._drop(room)
                if taken is None:
                    room.close()
                else:
                    self._begin(*taken).take_in(room)
        except STORE_ERRORS:
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
        """Return the worker that owns the room: this one, if none does yet and this one does not drain.

        Raises ``Unavailable`` without Redis, or if this worker drains and no other owns the room.
        """
        try:
            if self._worker.is_draining:
                owner = (await self._ownership.owners([game_id]))[0]
                if owner is None or owner == self.worker_id:
                    raise moved()
                return owner
            return await self._ownership.claim(game_id)
        except REDIS_ERRORS:
            raise Unavailable("Games cannot be opened just now.", retry_after=1) from None

    async def _check_workers(self) -> None:
        owners = {room.owner for room in self.remote.values()}
        listening = {sender for sender, _ in self.remote_listeners}
        gone = await self._worker.gone(owners | listening)
        for room in list(self.remote.values()):
            if room.owner in gone:
                room.close()
        for sender, number in list(self.remote_listeners):
            if sender in gone:
                self.detach_remote(sender, number)

    async def _check_listeners(self) -> None:
        """Find closed sockets whose message about it was lost, or came before the one that they opened."""
        known: dict[str, list[int]] = defaultdict(list)
        for sender, number in self.remote_listeners:
            known[sender].append(number)
        await asyncio.gather(*(self._ask_who_is_gone(*asked) for asked in known.items()))

    async def _ask_who_is_gone(self, sender: str, numbers: list[int]) -> None:
        with contextlib.suppress(Refusal):
            for number in await self._worker.relay.ask(sender, "game.gone", numbers, within_s=WATCH_EVERY_S):
                self.detach_remote(sender, number)

    async def _check_ownership(self) -> None:
        """Give up rooms that another worker has claimed since Redis forgot that they are this worker's."""
        for game_ids in batched(self.here, BATCH_SIZE):
            for game_id in await self._ownership.others(game_ids):
                room = self.here.get(game_id)
                if room is not None and await self._ownership.claim(game_id) != self._worker.id:
                    self._lost(room, True)

    async def _catch_up(self) -> None:
        await asyncio.gather(*(room.compare(WATCH_EVERY_S) for room in list(self.remote.values())))

    async def _unload(self) -> None:
        before = self._worker.loop.time() - UNLOAD_AFTER_S
        for game_id, room in list(self.here.items()):
            is_empty = room.empty_since is not None and room.empty_since < before
            if is_empty and (room.is_over or room.may_rest):
                self._drop(room)
                room.close()
                with contextlib.suppress(*REDIS_ERRORS):
                    await self._ownership.release(game_id)


async def _try_to_store(numbers: list[int]) -> dict[int, bool]:
    return {number: await _takes_rows(number) for number in numbers}


async def _takes_rows(number: int) -> bool:
    journal = current().journals[number]
    try:
        await in_database(services.check_writable, journal=number)
    except STORE_ERRORS as problem:
        journal.failed(problem)
        return False
    journal.succeeded()
    return True


# A thousand waiting rooms cause one query.
_database_takes_rows = BatchLoader(_try_to_store)


def moved() -> Unavailable:
    """Return the refusal of a worker that does not own the room it is asked about."""
    return Unavailable("The game has moved to another server.", retry_after=1)


def current() -> Rooms:
    """Return this worker's rooms."""
    return worker.current().part(Rooms)


@reacts_to(SeatTaken)
def seat_taken(event: SeatTaken) -> None:
    """Tell the game's room once the transaction commits."""
    worker.once_committed(lambda: current().seat_taken(event.game_id))


@background
async def _watch() -> None:
    await current().watch()


@sweep
async def share_out_all_orphans() -> None:
    """Find all games that no worker owns."""
    await current().share_out_orphans()


@look("orphans", every_s=ADOPT_EVERY_S, waiting=selectors.to_adopt)
async def share_out_recent_orphans() -> None:
    """Find games that no worker has opened since they were created, or since something is due in them."""
    await current().share_out_orphans(only_recent=True)


@relayed("game.adopt")
def _adopt(sender: str, game_ids: list[str]) -> None:
    current().adopt(map(UUID, game_ids))


@at_stop
async def _stop() -> None:
    await current().stop()
