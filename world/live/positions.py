"""Where everybody is: moves are checked and kept in memory, and told in batches.

Each worker checks the characters of its own sockets, and tells the other workers with sockets in the same
place what has moved. Each tells its own sockets at most 20 times a second, in one frame for all of a place.
"""

import asyncio
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import msgspec

from core.batching import BatchLoader, one_by_one
from realtime import topics, worker
from realtime.connection import Connection
from realtime.messages import encode
from realtime.publishing import publish
from realtime.reactions import reacts_to
from realtime.streams import Passing
from realtime.topics import Topic
from realtime.worker import in_database
from world import selectors, services
from world.events import Area, CharacterChanged, CharacterInfo, LocationUpdate, Moved
from world.refusals import ImpossibleMove, NotInPlay
from world.rules import Pace, Position, Vector, distance, is_inside, is_possible

TELL_EVERY_S = 0.05
REPEAT_EVERY_S = 1.0
REPEATED_FOR_S = 6.0
"""A slow socket skips batches, and the relay may lose them: moves are told again, so often and so long."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Moved]).decode


@dataclass(slots=True, eq=False)
class Standing:
    """A character of one of this worker's sockets, in a place."""

    character_id: int
    location_id: int
    position: Vector
    pace: Pace
    is_stored: bool = True

    def moved(self, velocity: Vector) -> Moved:
        """It as others are told; centimetres are exact enough."""
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

    def stored(self) -> Position:
        """It as it is stored."""
        return Position(self.character_id, self.location_id, self.position)


class Place:
    """A place in which this worker has sockets. It listens to what other workers tell of it."""

    def __init__(self, location_id: int, size: float, moved: Callable[[], float]) -> None:
        self.location_id = location_id
        self.size = size
        self.topic = Topic(f"moves_{location_id}")
        """On which workers tell each other of it."""
        self.standings: dict[int, Standing] = {}
        self.at: dict[int, Moved] = {}
        self.news: dict[int, Moved] = {}
        """What this worker's sockets are to be told."""
        self.own_news: dict[int, Moved] = {}
        """What other workers are to be told."""
        self._moved = moved
        self.moved_at: dict[int, float] = {}

    def note(self, moved: Moved) -> None:
        """Somebody has moved, whosever socket it is."""
        self.at[moved.character_id] = self.news[moved.character_id] = moved
        self.moved_at[moved.character_id] = self._moved()

    def repeat(self, now: float) -> None:
        """Tell again what moved lately. Of others' characters the rest is forgotten: it is stored by now."""
        for character_id, moved_at in list(self.moved_at.items()):
            is_own = character_id in self.standings
            if now - moved_at > REPEATED_FOR_S:
                del self.moved_at[character_id]
                if not is_own:
                    del self.at[character_id]
                continue
            self.news[character_id] = self.at[character_id]
            if is_own:
                self.own_news[character_id] = self.at[character_id]

    def forget(self, character_id: int) -> None:
        """It has left."""
        for known in (self.standings, self.at, self.news, self.own_news, self.moved_at):
            known.pop(character_id, None)

    def send(self, frame: bytes, key: Hashable = None) -> None:
        """Hear what another worker tells."""
        for moved in _unpack(frame):
            if moved.character_id not in self.standings and self.at.get(moved.character_id) != moved:
                self.note(moved)

    def is_of(self, user_id: int) -> bool:
        """It is nobody's."""
        return False

    def stands_for(self, connection: Connection) -> bool:
        """It is no socket."""
        return False

    def close(self, code: int, reason: str = "") -> None:
        """There is nothing to close."""


class Positions:
    """The places in which this worker has sockets."""

    def __init__(self) -> None:
        self.here = worker.current()
        self.places: dict[int, Place] = {}
        self.areas = BatchLoader(one_by_one(self._area))
        """Who is in a place, by its id."""
        self._joining = asyncio.Lock()
        self._news = asyncio.Event()
        self._batches = 0

    async def enter(self, stored: CharacterInfo, size: float, rested_s: float) -> Standing:
        """The character of a socket is here now; ``rested_s`` ago it walked to where it is stored."""
        async with self._joining:
            character = self.where(stored)
            place = self.places.get(character.location_id)
            if place is None:
                place = Place(character.location_id, size, self._moved)
                await self.here.streams.join(place.topic, place, resync=None)
                self.places[character.location_id] = place
            before = place.standings.get(character.character_id)
            now = self.here.loop.time()
            # It may have walked since, on the socket of another worker.
            rested_s = min(rested_s, now - place.moved_at.get(character.character_id, -math.inf))
            standing = Standing(
                character.character_id,
                character.location_id,
                character.position,
                Pace(now, rested_s) if before is None else before.pace,
                is_stored=character is stored,
            )
            place.standings[character.character_id] = standing
        # Those here hear where it is by its coming; what other workers know is of an earlier stay.
        moved = standing.moved(Vector())
        place.at[moved.character_id] = place.own_news[moved.character_id] = moved
        self._news.set()
        return standing

    async def leave(self, standing: Standing) -> None:
        """The character is not here any more, or its socket has ended."""
        async with self._joining:
            place = self.places.get(standing.location_id)
            if place is None or place.standings.get(standing.character_id) is not standing:
                # A newer socket of the same user has taken it over, and may have left already.
                return
            place.forget(standing.character_id)
            if not place.standings:
                del self.places[standing.location_id]
                await self.here.streams.leave(place.topic, place)

    def move(self, standing: Standing, position: Vector, velocity: Vector) -> Moved:
        """Move inside the place; returns what others are told of it.

        Raises ``NotInPlay`` for who has just left it, and ``ImpossibleMove``.
        """
        place = self.places.get(standing.location_id)
        if place is None or place.standings.get(standing.character_id) is not standing:
            raise NotInPlay
        if not is_inside(position, place.size):
            raise ImpossibleMove(f"This place ends {place.size:g} metres from its middle.")
        way = distance(standing.position, position)
        if not is_possible(velocity) or not standing.pace.take(way, self.here.loop.time()):
            raise ImpossibleMove("Nobody is that fast.")
        standing.position, standing.is_stored = position, False
        moved = place.own_news[standing.character_id] = standing.moved(velocity)
        place.note(moved)
        return moved

    def _moved(self) -> float:
        self._news.set()
        return self.here.loop.time()

    def where(self, character: CharacterInfo) -> CharacterInfo:
        """The character at the position that is known of it here."""
        place = self.places.get(character.location_id)
        moved = None if place is None else place.at.get(character.character_id)
        if moved is None:
            return character
        return msgspec.structs.replace(character, position=Vector(x=moved.x, y=moved.y, z=moved.z))

    async def _area(self, location_id: int) -> Area:
        area = await in_database(selectors.area, location_id)
        return Area(location_id=location_id, members=[self.where(member) for member in area.members])

    async def tell(self) -> None:
        """Tell what moves, for the worker's life."""
        repeated = self.here.loop.time()
        while True:
            try:
                async with asyncio.timeout(REPEAT_EVERY_S):
                    await self._news.wait()
            except TimeoutError:
                pass
            self._news.clear()
            now = self.here.loop.time()
            is_repetition = now - repeated >= REPEAT_EVERY_S
            if is_repetition:
                repeated = now
            for place in self.places.values():
                if is_repetition:
                    place.repeat(now)
                self._tell(place, is_repetition)
            await asyncio.sleep(TELL_EVERY_S)

    def _tell(self, place: Place, is_repetition: bool) -> None:
        if place.own_news:
            packed = Passing(_pack(list(place.own_news.values())), "", None)
            self.here.relay.publish(place.topic, None, packed)
            place.own_news.clear()
        if place.news:
            update = LocationUpdate(location_id=place.location_id, moves=list(place.news.values()))
            place.news.clear()
            # A batch replaces an unsent one. What that held comes with the next repetition, which nothing
            # replaces.
            self._batches += 1
            key = f"moves {self._batches}" if is_repetition else update.coalescing_key()
            self.here.streams.pass_here(topics.area(place.location_id), Passing(encode(update), key, None))

    def unstored(self) -> list[Standing]:
        """Those of this worker's characters that moved since they were last stored; they count as stored."""
        moved = [
            standing
            for place in self.places.values()
            for standing in place.standings.values()
            if not standing.is_stored
        ]
        for standing in moved:
            standing.is_stored = True
        return moved


def positions() -> Positions:
    """Return this worker's."""
    return worker.current().part(Positions)


@reacts_to(CharacterChanged)
def tell_of_change(event: CharacterChanged) -> None:
    """Tell who is in the place how the character stands, at the position that is known in this process."""
    here = worker.running()
    info = event.character if here is None else here.part(Positions).where(event.character)
    publish(services.update_of(info))


@worker.background
async def tell_moves() -> None:
    """Tell what moves."""
    await positions().tell()
