"""Who is in which room: users with an open socket in it on any worker, counted by leases of workers.

Redis holds, for each room, how many workers have each user (``<kind>:<room>``), for each worker what it has
(``<kind>:of:<worker>``), and when each worker last gave a sign of life (``<kind>:workers``). What a silent
worker left behind, the others clear away.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, cast

from core.namespace import key
from core.problems import note_failure
from realtime.redis import Down, evaluate, sync_client
from realtime.worker import Worker

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
DEAD_AFTER_S = 10.0
RETRY_S = 0.2
AT_ONCE = 500

# KEYS: workers. ARGV: worker, seconds of silence that mean death. By Redis' own clock; returns 1 where Redis
# does not know the worker, or others may have begun to clear away what it has.
_BEAT = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
if before and before + 0 > now - ARGV[2] then return 0 end
return 1
"""
# KEYS: what the worker has. ARGV: prefix of rooms, then "room user" for each who arrived.
# Returns for each whether the user was in the room by no worker.
_ENTER = """
local first = {}
for i = 2, #ARGV do
  local room, user = ARGV[i]:match('^(%S+) (%S+)$')
  if redis.call('SADD', KEYS[1], ARGV[i]) == 1 and redis.call('HINCRBY', ARGV[1] .. room, user, 1) == 1 then
    first[i - 1] = 1
  else
    first[i - 1] = 0
  end
end
return first
"""
# The same for those who left; returns for each whether no worker has the user in the room any more.
_LEAVE = """
local last = {}
for i = 2, #ARGV do
  local room, user = ARGV[i]:match('^(%S+) (%S+)$')
  if redis.call('SREM', KEYS[1], ARGV[i]) == 1 and redis.call('HINCRBY', ARGV[1] .. room, user, -1) < 1 then
    redis.call('HDEL', ARGV[1] .. room, user)
  end
  last[i - 1] = 1 - redis.call('HEXISTS', ARGV[1] .. room, user)
end
return last
"""
# KEYS: workers. ARGV: seconds of silence that mean death, prefix of rooms, users at a time. Takes users from
# one dead worker; returns those whom no worker has any more, or nil if all workers live.
_SWEEP = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1], 'LIMIT', 0, 1)[1]
if not dead then return false end
local gone = {}
local held = redis.call('SPOP', ARGV[2] .. 'of:' .. dead, ARGV[3])
if #held == 0 then redis.call('ZREM', KEYS[1], dead) end
for _, place in ipairs(held) do
  local room, user = place:match('^(%S+) (%S+)$')
  if redis.call('HINCRBY', ARGV[2] .. room, user, -1) < 1 then
    redis.call('HDEL', ARGV[2] .. room, user)
    table.insert(gone, place)
  end
end
return gone
"""

Place = tuple[str, int]
Changed = Callable[[str, int, bool], Awaitable[None]]


class Attendance:
    """The rooms of one kind. ``arrived`` and ``left`` take note of this worker's sockets; ``keep`` brings it
    to Redis and calls ``await changed(room, user_id, is_there)``, on one worker, for the first and the last
    socket of a user in a room.

    ``changed`` must bear repetition: when Redis was emptied or a worker taken for dead, it is called again.
    A room's name holds no blanks.
    """

    def __init__(self, kind: str, changed: Changed, here: Worker) -> None:
        self._rooms = key(f"{kind}:")
        self._here = here
        self._workers = f"{self._rooms}workers"
        self._changed = changed
        self._sockets: dict[Place, int] = {}
        self._news: deque[tuple[Place, bool]] = deque()
        self._woken = asyncio.Event()

    def arrived(self, room: str, user_id: int) -> None:
        """A socket of the user was opened in the room, here."""
        place = (room, user_id)
        self._sockets[place] = self._sockets.get(place, 0) + 1
        if self._sockets[place] == 1:
            self._note(place, True)

    def left(self, room: str, user_id: int) -> None:
        """A socket of the user has ended in the room, here."""
        place = (room, user_id)
        self._sockets[place] -= 1
        if not self._sockets[place]:
            del self._sockets[place]
            self._note(place, False)

    def _note(self, place: Place, is_there: bool) -> None:
        self._news.append((place, is_there))
        self._woken.set()

    async def keep(self) -> None:
        """Keep Redis true and tell of changes, for the worker's life."""
        clock = asyncio.get_running_loop().time
        next_beat = clock()
        waits = False
        while True:
            try:
                if clock() >= next_beat:
                    await self._beat()
                    await self._sweep()
                    next_beat = clock() + BEAT_EVERY_S
                await self._settle()
                waits = False
            except Down as problem:
                if not waits:
                    logger.warning("Who is in which room waits for Redis: %s", problem)
                waits = True
                await asyncio.sleep(RETRY_S)
                continue
            self._woken.clear()
            if not self._news:
                try:
                    async with asyncio.timeout_at(next_beat):
                        await self._woken.wait()
                except TimeoutError:
                    pass

    async def _beat(self) -> None:
        is_unknown = await evaluate(self._here.redis, _BEAT, [self._workers], [self._here.id, DEAD_AFTER_S])
        if is_unknown:
            # New here, or Redis was emptied, or this worker was taken for dead.
            waiting = {place for place, _ in self._news}
            self._news.extend((place, True) for place in self._sockets if place not in waiting)

    async def _settle(self) -> None:
        while self._news:
            is_there = self._news[0][1]
            batch: list[Place] = []
            for place, arrives in self._news:
                if arrives != is_there or len(batch) == AT_ONCE:
                    break
                batch.append(place)
            script = _ENTER if is_there else _LEAVE
            arguments = [f"{room} {user_id}" for room, user_id in batch]
            answers: list[Any] = await evaluate(
                self._here.redis, script, [f"{self._rooms}of:{self._here.id}"], [self._rooms, *arguments]
            )
            for _ in batch:
                self._news.popleft()
            for (room, user_id), is_change in zip(batch, answers, strict=True):
                if is_change:
                    await self._tell(room, user_id, is_there)

    async def _sweep(self) -> None:
        while True:
            gone: list[bytes] | None = await evaluate(
                self._here.redis, _SWEEP, [self._workers], [DEAD_AFTER_S, self._rooms, AT_ONCE]
            )
            if gone is None:
                return
            for place in gone:
                room, _, user = place.decode().partition(" ")
                await self._tell(room, int(user), False)
            # To tell of thousands takes longer than a worker may be silent.
            await self._beat()

    async def _tell(self, room: str, user_id: int, is_there: bool) -> None:
        try:
            await self._changed(room, user_id, is_there)
        except Exception as problem:
            note_failure(problem, "Telling who is in a room")


def present(kind: str, room: str) -> set[int]:
    """The users in this room, from a thread; nobody while Redis is away."""
    try:
        users = cast(list[bytes], sync_client().hkeys(key(f"{kind}:{room}")))
    except Down as problem:
        logger.warning("Nobody counts as present: %s", problem)
        return set()
    return {int(user) for user in users}
