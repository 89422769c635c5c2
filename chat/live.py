"""What this worker holds in memory for open sockets: who is where, and messages on their way to be stored."""

import asyncio
from typing import Any

from chat import events, selectors, services
from friends.events import Person
from realtime import worker
from realtime.attendance import Attendance
from realtime.gathering import Gathered, one_by_one
from realtime.identity import Identity
from realtime.messages import Event
from realtime.publishing import publish_now
from realtime.topics import Topic
from realtime.worker import in_database

AT_ONCE = 200
PAUSE_S = 0.01
"""At most so often messages are stored: each time all that have come, in one transaction."""


class MessageWriter:
    """Stores what is said in lobbies: all that came while the last transaction ran goes into the next."""

    def __init__(self) -> None:
        self._waiting: list[tuple[services.Post, asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None

    async def write(self, post: services.Post) -> None:
        """Store it, and so say it. Raises as ``services.post_message``."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((post, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())
        await stored

    async def _store(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                pause = asyncio.create_task(asyncio.sleep(PAUSE_S))
                await self._store_batch(batch)
                await pause
        finally:
            self._storing = None

    async def _store_batch(self, batch: list[tuple[services.Post, asyncio.Future[None]]]) -> None:
        problem: Exception | None = None
        answers: list[Any] = []
        try:
            answers = await in_database(services.post_messages, [post for post, _ in batch])
        except Exception as failed:
            problem = failed
        for number, (_, stored) in enumerate(batch):
            # Who left meanwhile waits no more.
            if stored.done():
                continue
            refusal = problem or answers[number]
            if isinstance(refusal, Exception):
                stored.set_exception(refusal)
            else:
                stored.set_result(None)


async def _lobby_state(lobby_id: int) -> selectors.LobbyState:
    return await in_database(selectors.lobby_state, lobby_id)


class Desk:
    """What this worker's sockets of lobbies and conversations share."""

    def __init__(self) -> None:
        self.worker_id = worker.current().id
        self.writer = MessageWriter()
        self.lobbies = Gathered(one_by_one(_lobby_state))
        self.attendance = Attendance(selectors.ATTENDANCE, self._tell, worker.current())
        self._people: dict[int, Person] = {}

    def arrived(self, room: Topic, who: Identity) -> None:
        """A socket was opened."""
        self._meet(who)
        self.attendance.arrived(room, who.user_id)

    def left(self, room: Topic, who: Identity) -> None:
        """A socket has ended."""
        self._meet(who)
        self.attendance.left(room, who.user_id)

    def _meet(self, who: Identity) -> None:
        self._people[who.user_id] = Person(id=who.user_id, username=who.username, is_premium=who.is_premium)

    async def _tell(self, room: str, user_id: int, is_here: bool) -> None:
        person = self._people.get(user_id)
        if person is None:
            # Left behind by a worker that is gone.
            person = await in_database(selectors.person_of, user_id)
        if not is_here:
            self._people.pop(user_id, None)
        if person is not None:
            publish_now(presence_event(room, person, is_here))


def presence_event(room: str, person: Person, is_here: bool) -> Event:
    """What a lobby or a conversation is told when a user has come, or has no socket open there any more."""
    kind, _, name = room.partition("_")
    if kind == "lobby" and is_here:
        return events.PresenceJoin(
            lobby=name, user_id=person.id, username=person.username, is_premium=person.is_premium
        )
    if kind == "lobby":
        return events.PresenceLeave(lobby=name, user_id=person.id, username=person.username)
    low, _, high = name.partition("_")
    between = (int(low), int(high))
    if is_here:
        return events.FriendHere(
            between=between, user_id=person.id, username=person.username, is_premium=person.is_premium
        )
    return events.FriendGone(between=between, user_id=person.id, username=person.username)


_desk: Desk | None = None


def desk() -> Desk:
    """This worker's."""
    global _desk
    if _desk is None or _desk.worker_id != worker.current().id:
        _desk = Desk()
    return _desk


@worker.background
async def attend() -> None:
    """Keep it known who is where."""
    await desk().attendance.keep()
