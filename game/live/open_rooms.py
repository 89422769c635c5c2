"""The live list of rooms that can be joined: what has changed in it, and each socket's part of it."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import lru_cache
from uuid import UUID

from msgspec.json import Decoder

from core.background import STORE_ERRORS
from core.batching import Announcer
from core.database import in_database
from core.ids import UserId
from game import selectors
from game.events import OpenRoom, OpenRooms, RoomChanged, RoomListed, RoomUnlisted, open_rooms_topic
from realtime import worker
from realtime.connections.connection import Connection
from realtime.delivery import history
from realtime.publishing import publish_now
from realtime.reactions import reacts_to
from realtime.socket.subscription import Subscription
from realtime.wire.messages import Message, encode
from realtime.wire.topics import Topic

BATCH_SIZE = 200

Change = RoomListed | RoomUnlisted


class Lister:
    """The rooms of which this worker still has to tell how they are listed."""

    def __init__(self) -> None:
        self._announcer: Announcer[UUID, Change] = Announcer(
            self._tell, size=BATCH_SIZE, what="Listing rooms", retry_on=STORE_ERRORS
        )
        self.changed = self._announcer.changed
        self.idle = self._announcer.idle

    async def _tell(self, batch: dict[UUID, Change | None]) -> dict[UUID, Change]:
        found = await in_database(_read, list(batch))
        changed = {game_id: change for game_id, change in found.items() if change != batch[game_id]}
        for change in changed.values():
            publish_now(change)
        await worker.current().streams.sent()
        return changed


def _read(game_ids: Sequence[UUID]) -> dict[UUID, Change]:
    """Return how these rooms are listed now; nothing if nobody watches a list."""
    if not history.with_listeners([open_rooms_topic()]):
        return {}
    rooms = selectors.open_rooms_among(game_ids)
    return {
        game_id: RoomListed(room=rooms[game_id]) if game_id in rooms else RoomUnlisted(id=game_id)
        for game_id in game_ids
    }


@reacts_to(RoomChanged)
def room_changed(event: RoomChanged) -> None:
    """Look at the room once the transaction commits."""
    worker.once_committed(lambda: worker.current().part(Lister).changed(event.game_id))


class RoomList(Subscription):
    """A socket's list: the ``wanted`` rooms in which its user has no seat."""

    __slots__ = ("_known", "_user_id", "_wanted")

    def __init__(
        self,
        topic: Topic,
        connection: Connection,
        snapshot: Callable[[], Awaitable[Message]] | None = None,
        *,
        user_id: UserId,
        wanted: selectors.Wanted,
    ) -> None:
        super().__init__(topic, connection, snapshot)
        self._user_id = user_id
        self._wanted = wanted
        self._known: set[UUID] = set()
        """The rooms that the client has in its list."""

    def begin(self, snapshot: Message | None = None) -> None:
        """Send the whole list, and what has changed in it since."""
        if isinstance(snapshot, OpenRooms):
            self._known = {room.id for room in snapshot.rooms}
        super().begin(snapshot)

    def deliver(self, frame: bytes, key: Hashable = None) -> None:
        """Send the frame if it is about the list."""
        change = _read_change(frame)
        if isinstance(change, RoomListed) and self._wants(change.room):
            self._known.add(change.room.id)
            super().deliver(frame, key)
            return
        id = change.room.id if isinstance(change, RoomListed) else change.id
        if id in self._known:
            self._known.discard(id)
            super().deliver(encode(RoomUnlisted(id=id)), key)

    def _wants(self, room: OpenRoom) -> bool:
        options = self._wanted.get(room.game)
        if options is None or any(player.id == self._user_id for player in room.players):
            return False
        return all(room.metadata.get(name) == value for name, value in options.items())


_decode: Callable[[bytes], Change] = Decoder(Change).decode


@lru_cache(maxsize=1)
def _read_change(frame: bytes) -> Change:
    """Return what a frame says, which all sockets are sent one after the other."""
    return _decode(frame)
