"""Positions of characters: moves are validated, kept in memory and broadcast in batches.

Each worker validates the moves of its own sockets' characters and sends them to the other workers that have
sockets in the same place. Each worker updates its own sockets at most 20 times a second, with one frame per
place.
"""

import asyncio
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import msgspec

from core.background import background
from core.batching import BatchLoader, one_by_one
from core.database import in_database
from core.ids import UserId
from realtime import worker
from realtime.connections.connection import Connection
from realtime.delivery.streams import EphemeralFrame
from realtime.publishing import publish
from realtime.reactions import reacts_to
from realtime.wire.messages import encode
from realtime.wire.topics import Topic
from world import selectors, services
from world.events import Area, CharacterChanged, CharacterInfo, LocationUpdate, Moved, area_topic
from world.live.sight import Sight
from world.refusals import ImpossibleMove, NotInPlay
from world.rules import CharacterId, Position, SpeedBudget, Vector, distance, is_inside, is_possible

BROADCAST_EVERY_S = 0.05
REPEAT_EVERY_S = 1.0
REPEAT_FOR_S = 6.0
"""The time for which moves are repeated: a slow socket skips batches, and the relay may lose them."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Moved]).decode


@dataclass(slots=True, eq=False)
class TrackedCharacter:
    """A character played on one of this worker's sockets, with its position in a place."""

    character_id: CharacterId
    location_id: int
    position: Vector
    speed_budget: SpeedBudget
    is_saved: bool = True

    def as_move(self, velocity: Vector) -> Moved:
        """Return the position and velocity to broadcast, rounded to centimetres."""
        at = self.position
        return Moved(
            character_id=self.character_id,
            x=round(at.x, 2),
            y=round(at.y, 2),
            z=round(at.z, 2),
            vx=round(velocity.x, 2),
            vy=round(velocity.y, 2),
            vz=round(velocity.z, 2),
        )

    def as_position(self) -> Position:
        """Return the position to save."""
        return Position(self.character_id, self.location_id, self.position)


class AreaTracker:
    """Tracks the positions in one place in which this worker has sockets.

    It subscribes to the moves that other workers publish for the place.
    """

    def __init__(
        self, location_id: int, size: float, moved: Callable[[], float], sight: Sight | None
    ) -> None:
        self.location_id = location_id
        self.size = size
        self.sight = sight
        """An index of positions, in a place that is not seen whole."""
        self.topic = Topic(f"moves_{location_id}")
        """The topic on which workers exchange moves in this place."""
        self.characters: dict[CharacterId, TrackedCharacter] = {}
        self.last_moves: dict[CharacterId, Moved] = {}
        self.updates: dict[CharacterId, Moved] = {}
        """Moves to send to this worker's sockets."""
        self.own_updates: dict[CharacterId, Moved] = {}
        """Moves to send to other workers."""
        self._moved = moved
        self.moved_at: dict[CharacterId, float] = {}

    def record(self, moved: Moved) -> None:
        """Record a move of any character in the place."""
        self.last_moves[moved.character_id] = self.updates[moved.character_id] = moved
        self.moved_at[moved.character_id] = self._moved()
        if self.sight is not None:
            self.sight.move(moved)

    def repeat(self, now: float) -> None:
        """Queue recent moves once more, and drop other workers' older moves, which are saved by now."""
        for character_id, moved_at in list(self.moved_at.items()):
            is_own = character_id in self.characters
            if now - moved_at > REPEAT_FOR_S:
                del self.moved_at[character_id]
                if not is_own:
                    del self.last_moves[character_id]
                continue
            self.updates[character_id] = self.last_moves[character_id]
            if is_own:
                self.own_updates[character_id] = self.last_moves[character_id]

    def remove(self, character_id: CharacterId) -> None:
        """Remove a character that has left."""
        for known in (self.characters, self.last_moves, self.updates, self.own_updates, self.moved_at):
            known.pop(character_id, None)

    def send(self, frame: bytes, key: Hashable = None) -> None:
        """Receive moves from another worker."""
        for moved in _unpack(frame):
            if moved.character_id not in self.characters and self.last_moves.get(moved.character_id) != moved:
                self.record(moved)

    def belongs_to(self, user_id: UserId) -> bool:
        """Return False: it belongs to no user."""
        return False

    def is_socket(self, connection: Connection) -> bool:
        """Return False: there is no connection behind it."""
        return False

    def close(self, code: int, reason: str = "") -> None:
        """Do nothing: there is no connection to close."""


class Positions:
    """The places in which this worker has sockets."""

    def __init__(self) -> None:
        self.here = worker.current()
        self.trackers: dict[int, AreaTracker] = {}
        self.areas = BatchLoader(one_by_one(self._area))
        """Loads the characters in a place, by its id."""
        self._joining = asyncio.Lock()
        self._has_updates = asyncio.Event()
        self._batches = 0

    async def enter(self, visitor: selectors.Visitor) -> TrackedCharacter:
        """Track a socket's character."""
        stored, rested_s = visitor.info, visitor.rested_s
        async with self._joining:
            character = self.with_live_position(stored)
            tracker = self.trackers.get(character.location_id)
            if tracker is None:
                sight = None
                if visitor.sight is not None:
                    sight = Sight(character.location_id, visitor.sight, self.here.loop.time)
                tracker = AreaTracker(character.location_id, visitor.size, self._moved, sight)
                await self.here.streams.join(tracker.topic, tracker, resync=None)
                self.trackers[character.location_id] = tracker
            before = tracker.characters.get(character.character_id)
            now = self.here.loop.time()
            # It may have moved since, on a socket of another worker.
            rested_s = min(rested_s, now - tracker.moved_at.get(character.character_id, -math.inf))
            tracked = TrackedCharacter(
                character.character_id,
                character.location_id,
                character.position,
                SpeedBudget(now, rested_s) if before is None else before.speed_budget,
                is_saved=character is stored,
            )
            tracker.characters[character.character_id] = tracked
            if tracker.sight is not None:
                tracker.sight.enter(character)
        # Sockets here learn the position from the arrival event; other workers may still have one from an
        # earlier visit.
        moved = tracked.as_move(Vector())
        tracker.last_moves[moved.character_id] = tracker.own_updates[moved.character_id] = moved
        self._has_updates.set()
        return tracked

    async def leave(self, tracked: TrackedCharacter) -> None:
        """Stop tracking a character that left the place, or whose socket was closed."""
        async with self._joining:
            tracker = self.trackers.get(tracked.location_id)
            if tracker is None or tracker.characters.get(tracked.character_id) is not tracked:
                # A newer socket of the same user has taken it over, and may have left already.
                return
            tracker.remove(tracked.character_id)
            if tracker.sight is not None:
                tracker.sight.viewers.pop(tracked.character_id, None)
            if not tracker.characters:
                del self.trackers[tracked.location_id]
                await self.here.streams.leave(tracker.topic, tracker)

    def move(self, tracked: TrackedCharacter, position: Vector, velocity: Vector) -> Moved:
        """Move within the place and return the move to broadcast.

        Raises ``NotInPlay`` if the character has just left the place, and ``ImpossibleMove``.
        """
        tracker = self.trackers.get(tracked.location_id)
        if tracker is None or tracker.characters.get(tracked.character_id) is not tracked:
            raise NotInPlay
        if not is_inside(position, tracker.size):
            raise ImpossibleMove(f"This place ends {tracker.size:g} metres from its middle.")
        way = distance(tracked.position, position)
        if not is_possible(velocity) or not tracked.speed_budget.spend(way, self.here.loop.time()):
            raise ImpossibleMove("Nobody is that fast.")
        tracked.position, tracked.is_saved = position, False
        moved = tracker.own_updates[tracked.character_id] = tracked.as_move(velocity)
        tracker.record(moved)
        return moved

    def _moved(self) -> float:
        self._has_updates.set()
        return self.here.loop.time()

    def with_live_position(self, character: CharacterInfo) -> CharacterInfo:
        """Return the character with its position in memory, if this worker knows one."""
        tracker = self.trackers.get(character.location_id)
        moved = None if tracker is None else tracker.last_moves.get(character.character_id)
        if moved is None:
            return character
        return msgspec.structs.replace(character, position=Vector(x=moved.x, y=moved.y, z=moved.z))

    async def _area(self, location_id: int) -> Area:
        read_at = self.here.loop.time()
        area = await in_database(selectors.area, location_id)
        members = [self.with_live_position(member) for member in area.members]
        if (sight := self.sight(location_id)) is not None:
            sight.load(members, read_at)
        return Area(location_id=location_id, members=members)

    def sight(self, location_id: int) -> Sight | None:
        """Return who sees whom in a place, or None if it is seen whole or nobody here is there."""
        tracker = self.trackers.get(location_id)
        return None if tracker is None else tracker.sight

    async def broadcast(self) -> None:
        """Broadcast moves for as long as the worker runs."""
        repeated = self.here.loop.time()
        while True:
            try:
                async with asyncio.timeout(REPEAT_EVERY_S):
                    await self._has_updates.wait()
            except TimeoutError:
                pass
            self._has_updates.clear()
            now = self.here.loop.time()
            is_repetition = now - repeated >= REPEAT_EVERY_S
            if is_repetition:
                repeated = now
            for tracker in self.trackers.values():
                if is_repetition:
                    tracker.repeat(now)
                self._broadcast(tracker, is_repetition)
            await asyncio.sleep(BROADCAST_EVERY_S)

    def _broadcast(self, tracker: AreaTracker, is_repetition: bool) -> None:
        if tracker.own_updates:
            packed = EphemeralFrame(_pack(list(tracker.own_updates.values())), "", None)
            self.here.relay.publish(tracker.topic, None, packed)
            tracker.own_updates.clear()
        if tracker.updates:
            moves = list(tracker.updates.values())
            tracker.updates.clear()
            # A batch replaces an unsent one. What that one held is sent with the next repetition, which
            # nothing replaces.
            self._batches += 1
            update = LocationUpdate(location_id=tracker.location_id, moves=moves)
            key = f"moves {self._batches}" if is_repetition else update.coalescing_key()
            if tracker.sight is not None:
                tracker.sight.broadcast(moves, key)
                return
            self.here.streams.deliver_ephemeral(
                area_topic(tracker.location_id), EphemeralFrame(encode(update), key, None)
            )

    def take_unsaved(self) -> list[TrackedCharacter]:
        """Return this worker's characters that moved since they were last saved, and mark them as saved."""
        moved = [
            tracked
            for tracker in self.trackers.values()
            for tracked in tracker.characters.values()
            if not tracked.is_saved
        ]
        for tracked in moved:
            tracked.is_saved = True
        return moved


def positions() -> Positions:
    """Return this worker's positions."""
    return worker.current().part(Positions)


@reacts_to(CharacterChanged)
def tell_of_change(event: CharacterChanged) -> None:
    """Send the character's new state to its place, with the position that this process knows."""
    here = worker.running()
    info = event.character if here is None else here.part(Positions).with_live_position(event.character)
    publish(services.character_update(info))


@background
async def broadcast_moves() -> None:
    """Broadcast moves for as long as the worker runs."""
    await positions().broadcast()
