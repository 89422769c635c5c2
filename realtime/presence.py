"""Who is online: everybody with an open socket on any worker, counted by leases of workers.

Redis holds, for each user, the workers that have them (``online:<user>``), for each worker its users
(``presence:<worker>``), and when each worker last gave a sign of life (``presence:workers``). What a silent
worker left behind, the others clear away. Each change is told by the one worker that made it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from redis.asyncio import Redis

from core.batches import batched
from core.problems import note_failure
from realtime.redis import Down, evaluate, sync_client
from realtime.relay import Relay

logger = logging.getLogger(__name__)

LINGER_S = 3.0  # a page that is loaded again is back by then
BEAT_EVERY_S = 2.0
DEAD_AFTER_S = 10.0
RETRY_S = 0.2
SETTLE_EVERY_S = 0.05  # who comes meanwhile is brought to Redis, and told of, together
BATCH = 1000
WORKERS = "presence:workers"

# Redis' own clock, so that workers' clocks may differ.
_NOW = "local now = redis.call('TIME'); now = now[1] + now[2] / 1000000\n"
# KEYS: workers, swept. ARGV: worker. Returns whether Redis knew the worker (0), or not (1: Redis was emptied
# or the worker is new, 2: it was taken for dead, and its users were told to be offline).
_BEAT = f"""
{_NOW}
local new = redis.call('ZADD', KEYS[1], now, ARGV[1])
if redis.call('DEL', KEYS[2]) == 1 then return 2 end
return new
"""
# KEYS: workers, the worker's users. ARGV: worker, users. Returns the users whom no other worker has, or nil
# if Redis does not know the worker.
_ENTER = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
local alone = {}
for i = 2, #ARGV do
  redis.call('SADD', KEYS[2], ARGV[i])
  redis.call('SADD', 'online:' .. ARGV[i], ARGV[1])
  if redis.call('SCARD', 'online:' .. ARGV[i]) == 1 then table.insert(alone, ARGV[i]) end
end
return alone
"""
# The same for those who leave. Returns the users whom no worker has any more.
_LEAVE = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
local offline = {}
for i = 2, #ARGV do
  redis.call('SREM', KEYS[2], ARGV[i])
  redis.call('SREM', 'online:' .. ARGV[i], ARGV[1])
  if redis.call('EXISTS', 'online:' .. ARGV[i]) == 0 then table.insert(offline, ARGV[i]) end
end
return offline
"""
# KEYS: workers. ARGV: seconds of silence that mean death, users at a time. Takes users from one dead worker;
# returns its name and the users whom no worker has any more, or nil if all workers live.
_SWEEP = f"""
{_NOW}
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1], 'LIMIT', 0, 1)[1]
if not dead then return false end
redis.call('SET', 'presence:' .. dead .. ':swept', 1, 'EX', 3600)
local users = redis.call('SPOP', 'presence:' .. dead, ARGV[2])
if #users == 0 then redis.call('ZREM', KEYS[1], dead) end
local offline = {{}}
for _, user in ipairs(users) do
  redis.call('SREM', 'online:' .. user, dead)
  if redis.call('EXISTS', 'online:' .. user) == 0 then table.insert(offline, user) end
end
return {{dead, offline}}
"""
# KEYS: workers. ARGV: worker, seconds of silence. Moves the last sign of life that far into the past.
_RESIGN = f"{_NOW} return redis.call('ZADD', KEYS[1], 'XX', now - ARGV[2], ARGV[1])"

Changed = Callable[[int, bool], Awaitable[None]]
_on_change: list[Changed] = []


def on_change(function: Changed) -> Changed:
    """Call ``await function(user_id, is_online)`` when a user comes online or is gone, on one worker alone.

    It must bear repetition: after a race between workers, or when Redis was away, a change may be told again.
    """
    _on_change.append(function)
    return function


def online_sync(user_ids: Iterable[int]) -> set[int]:
    """Which of these users are online; nobody counts as online while Redis is away. From a thread."""
    ids = list(user_ids)
    pipe = sync_client().pipeline(transaction=False)
    for user_id in ids:
        pipe.exists(_key(user_id))
    try:
        answers = pipe.execute()
    except Down as problem:
        logger.warning("Nobody counts as online: %s", problem)
        return set()
    return {user_id for user_id, exists in zip(ids, answers, strict=True) if exists}


def _key(user_id: int) -> str:
    return f"online:{user_id}"


class Presence:
    """The users of this worker's sockets, and the part of this worker in keeping Redis true.

    ``arrived`` and ``left`` only take note; ``keep`` brings it to Redis, ``tell`` to those who want to know.
    """

    def __init__(self, redis: Redis, relay: Relay) -> None:
        self._redis = redis
        self._relay = relay
        self._sockets: dict[int, int] = {}
        self._gone: dict[int, float] = {}  # user -> when to say so
        self._arrived: set[int] = set()
        self._held: set[int] = set()  # users whom Redis has for this worker
        self._restoring = 0  # what _BEAT returned, until all in _held are in Redis again
        self._next_beat = float("-inf")
        self._news = asyncio.Event()
        self._changes: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()
        self._clock = asyncio.get_running_loop().time

    @property
    def users(self) -> int:
        """How many users have a socket on this worker."""
        return len(self._sockets)

    def arrived(self, user_id: int) -> None:
        """A socket of this user was opened here."""
        self._sockets[user_id] = self._sockets.get(user_id, 0) + 1
        self._gone.pop(user_id, None)
        if user_id not in self._held:
            self._arrived.add(user_id)
            self._news.set()

    def left(self, user_id: int) -> None:
        """A socket of this user has ended here."""
        remaining = self._sockets.pop(user_id) - 1
        if remaining:
            self._sockets[user_id] = remaining
        else:
            self._gone[user_id] = self._clock() + LINGER_S

    async def keep(self) -> None:
        """Keep Redis true, for this worker's life."""
        while True:
            self._news.clear()
            try:
                await self._settle()
            except Down as problem:
                logger.warning("Presence waits for Redis: %s", problem)
                await asyncio.sleep(RETRY_S)
                continue
            await asyncio.sleep(SETTLE_EVERY_S)
            try:
                async with asyncio.timeout(self._until_next()):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def tell(self) -> None:
        """Tell changes, for this worker's life."""
        while True:
            user_id, is_online = await self._changes.get()
            for function in _on_change:
                try:
                    await function(user_id, is_online)
                except Exception as problem:
                    note_failure(problem, "Telling of a change of presence")
            # Who came back on another worker may have been told there before this was told here.
            if not is_online and await self._is_online(user_id):
                self._changes.put_nowait((user_id, True))

    async def _is_online(self, user_id: int) -> bool:
        try:
            return bool(await self._redis.exists(_key(user_id)))
        except Down as problem:
            logger.warning("A user counts as offline: %s", problem)
            return False

    async def stop(self) -> None:
        """Leave the users to the other workers, to which most of them come back at once."""
        try:
            await evaluate(self._redis, _RESIGN, [WORKERS], [self._name, DEAD_AFTER_S - LINGER_S])
        except Down as problem:
            logger.warning("Presence is left to run out: %s", problem)

    async def workers(self) -> list[str]:
        """The workers that gave a sign of life of late."""
        return [name.decode() for name in await self._redis.zrange(WORKERS, 0, -1)]

    @property
    def _name(self) -> str:
        return self._relay.address

    def _until_next(self) -> float:
        # Those who left did so one after the other, so the first is due first.
        due = next(iter(self._gone.values()), self._next_beat)
        return max(0.0, min(due, self._next_beat) - self._clock())

    async def _settle(self) -> None:
        if self._clock() >= self._next_beat:
            await self._beat()
            await self._sweep()
        await self._enter()
        await self._leave()

    async def _beat(self) -> None:
        keys = [WORKERS, f"presence:{self._name}:swept"]
        known = await evaluate(self._redis, _BEAT, keys, [self._name])
        self._restoring = max(self._restoring, known)
        if self._restoring:
            held = batched(self._held, BATCH)
            alone = [user for users in held for user in await self._ask(_ENTER, users) or ()]
            if self._restoring == 2:
                self._announce(alone, True)
            self._restoring = 0
        self._next_beat = self._clock() + BEAT_EVERY_S

    async def _sweep(self) -> None:
        while swept := await evaluate(self._redis, _SWEEP, [WORKERS], [DEAD_AFTER_S, BATCH]):
            dead, offline = swept
            logger.info("Worker %s is silent; %d of its users are offline", dead.decode(), len(offline))
            self._announce([int(user) for user in offline], False)

    async def _enter(self) -> None:
        for users in batched(self._arrived, BATCH):
            alone = await self._ask(_ENTER, users)
            if alone is None:
                self._restore_first()
                return
            self._arrived.difference_update(users)
            self._held.update(users)
            self._announce(alone, True)

    async def _leave(self) -> None:
        now = self._clock()
        for users in batched([user for user, due in self._gone.items() if due <= now], BATCH):
            # Whoever comes back from here on enters anew, whatever becomes of this.
            gone = [user for user in users if self._gone.pop(user, None) is not None]
            self._held.difference_update(gone)
            offline: list[int] | None = None
            try:
                offline = await self._ask(_LEAVE, gone)
            finally:
                if offline is None:
                    again = self._clock() + LINGER_S
                    self._gone.update((user, again) for user in gone if user not in self._sockets)
            if offline is None:
                # After an emptied Redis the other workers' users must be back before one can be called gone.
                self._restore_first()
                return
            self._announce(offline, False)

    def _restore_first(self) -> None:
        self._next_beat = float("-inf")

    async def _ask(self, script: str, users: list[int]) -> list[int] | None:
        keys = [WORKERS, f"presence:{self._name}"]
        answer: list[Any] | None = await evaluate(self._redis, script, keys, [self._name, *users])
        return None if answer is None else [int(user) for user in answer]

    def _announce(self, users: Iterable[int], is_online: bool) -> None:
        for user in users:
            self._changes.put_nowait((user, is_online))
