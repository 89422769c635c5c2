"""In-memory state of a worker's chat sockets: presence, and messages about to be stored."""

import asyncio

from chat import events, selectors, services
from chat.events import LobbyId
from core.background import background
from core.batching import Batcher, BatchLoader, one_by_one
from core.database import in_database
from core.ids import UserId
from core.redis import Role
from core.refusals import Refusal
from friends.events import Person
from realtime import worker
from realtime.membership.leased_set import LeasedSet
from realtime.publishing import publish_now
from realtime.wire.identity import Identity
from realtime.wire.messages import Event
from realtime.wire.topics import Topic

BATCH_SIZE = 200


async def _store(posts: list[services.Post]) -> list[events.Text | Refusal]:
    return await in_database(services.post_messages, posts)


async def _lobby_state(lobby_id: LobbyId) -> selectors.LobbyState:
    return await in_database(selectors.lobby_state, lobby_id)


class ChatState:
    """State shared by this worker's chat sockets.

    ``await store(post)`` stores and publishes a lobby message; it raises as ``services.post_message``.
    """

    def __init__(self) -> None:
        self.store: Batcher[services.Post, events.Text] = Batcher(
            _store, size=BATCH_SIZE, what="Storing lobby messages"
        )
        self.lobbies = BatchLoader(one_by_one(_lobby_state))
        here = worker.current()
        redis = here.redis_of(Role.PRESENCE)
        self.attendance = LeasedSet(selectors.ATTENDANCE, redis, here.relay, self._tell)
        self._people: dict[UserId, Person] = {}

    def arrived(self, room: Topic, who: Identity) -> None:
        """Record that a socket was opened."""
        self._meet(who)
        self.attendance.arrived(room, who.user_id)

    def left(self, room: Topic, who: Identity) -> None:
        """Record that a socket was closed."""
        self._meet(who)
        self.attendance.left(room, who.user_id)

    def _meet(self, who: Identity) -> None:
        self._people[who.user_id] = Person(id=who.user_id, username=who.username, is_premium=who.is_premium)

    async def _tell(self, room: str, user_id: UserId, is_here: bool) -> None:
        person = self._people.get(user_id)
        if person is None:
            # The user was present on a worker that has died.
            person = await in_database(selectors.person_of, user_id)
        if not is_here:
            self._people.pop(user_id, None)
        if person is not None:
            publish_now(presence_event(room, person, is_here))


def presence_event(room: str, person: Person, is_here: bool) -> Event:
    """Return the event for a user who has entered a room, or closed their last socket there."""
    kind, _, name = room.partition("_")
    if kind == "lobby" and is_here:
        return events.PresenceJoin(
            lobby=name, user_id=person.id, username=person.username, is_premium=person.is_premium
        )
    if kind == "lobby":
        return events.PresenceLeave(lobby=name, user_id=person.id, username=person.username)
    low, _, high = name.partition("_")
    between = (UserId(int(low)), UserId(int(high)))
    if is_here:
        return events.FriendHere(
            between=between, user_id=person.id, username=person.username, is_premium=person.is_premium
        )
    return events.FriendGone(between=between, user_id=person.id, username=person.username)


def chat_state() -> ChatState:
    """Return this worker's chat state."""
    return worker.current().part(ChatState)


@background
async def keep_attendance() -> None:
    """Keep this worker's presence in Redis up to date."""
    attendance = chat_state().attendance
    await asyncio.gather(attendance.keep(), attendance.announce())
