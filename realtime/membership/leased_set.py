"""Members of rooms: users with an open socket in a room on any worker, tracked by leases of workers.

For each room, Redis stores how many workers have each user (``{<kind>}:<room>``); for each worker, its
members (``{<kind>}:of:<worker>``); and each worker's last heartbeat (``{<kind>}:workers``). When a worker
dies, the others remove its members. Each change is announced by the worker that made it.

The braces keep the keys of a kind in one slot of a Redis Cluster, because each script uses several of them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, NamedTuple, cast

from redis.asyncio import Redis

from core.batches import batched
from core.ids import UserId
from core.namespace import key
from core.problems import log_failure
from core.redis import REDIS_ERRORS, Role, evaluate, sync_client
from realtime.delivery.relay import Relay

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 4.0
DEAD_AFTER_S = 10.0
RETRY_S = 0.2
BATCH_SIZE = 500

# Redis' clock, so that the workers' clocks may differ.
_NOW = "local now = redis.call('TIME'); now = now[1] + now[2] / 1000000\n"
# KEYS: workers, swept. ARGV: worker, seconds of silence that mean death. Returns whether Redis knew the
# worker (0) or not (1: Redis was emptied or the worker is new, 2: it was taken for dead, and its members were
# announced to have left), and the dead workers.
_BEAT = f"""
{_NOW}
local new = redis.call('ZADD', KEYS[1], now, ARGV[1])
if redis.call('DEL', KEYS[2]) == 1 then new = 2 end
return {{new, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])}}
"""
# KEYS: workers, the worker's members, each member's room. ARGV: worker, members as "room user". Returns the
# members that no other worker has, or nil if Redis does not know the worker.
_ENTER = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
local first = {}
for i = 2, #ARGV do
  local room, user = KEYS[i + 1], ARGV[i]:match('%S+$')
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then redis.call('HINCRBY', room, user, 1) end
  if redis.call('HGET', room, user) == '1' then table.insert(first, ARGV[i]) end
end
return first
"""
# The same for members that Redis should have. Returns those that it had not and that no other worker has.
_RESTORE = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
local first = {}
for i = 2, #ARGV do
  local room, user = KEYS[i + 1], ARGV[i]:match('%S+$')
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 and redis.call('HINCRBY', room, user, 1) == 1 then
    table.insert(first, ARGV[i])
  end
end
return first
"""
# The same for members that leave. Returns those that no worker has any more.
_LEAVE = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
local gone = {}
for i = 2, #ARGV do
  local room, user = KEYS[i + 1], ARGV[i]:match('%S+$')
  if redis.call('SREM', KEYS[2], ARGV[i]) == 1 and redis.call('HINCRBY', room, user, -1) < 1 then
    redis.call('HDEL', room, user)
  end
  if redis.call('HEXISTS', room, user) == 0 then table.insert(gone, ARGV[i]) end
end
return gone
"""
# KEYS: workers, swept, the dead worker's members, each member's room. ARGV: the dead worker, seconds of
# silence that mean death, some of its members. Returns those that no worker has any more, or nil if the
# worker lives or has no members left.
_SWEEP = f"""
{_NOW}
local beat = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not beat or tonumber(beat) > now - ARGV[2] then return false end
redis.call('SET', KEYS[2], 1, 'EX', 3600)
local gone = {{}}
for i = 3, #ARGV do
  local room, user = KEYS[i + 1], ARGV[i]:match('%S+$')
  if redis.call('SREM', KEYS[3], ARGV[i]) == 1 and redis.call('HINCRBY', room, user, -1) < 1 then
    redis.call('HDEL', room, user)
    table.insert(gone, ARGV[i])
  end
end
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
return gone
"""
# KEYS: workers. ARGV: worker, seconds. Moves the worker's last sign of life that far into the past.
_RESIGN = f"{_NOW} return redis.call('ZADD', KEYS[1], 'XX', now - ARGV[2], ARGV[1])"


def key_of(kind: str, name: str) -> str:
    """Return a key in Redis: of a room, of the ``workers``, or of a worker's members (``of:<worker>``)."""
    return key(f"{{{kind}}}:{name}")


class Member(NamedTuple):
    """A user in a room. The room's name must not contain spaces."""

    room: str
    user_id: UserId

    def packed(self) -> str:
        return f"{self.room} {self.user_id}"


def _unpacked(packed: bytes) -> Member:
    room, _, user_id = packed.decode().partition(" ")
    return Member(room, UserId(int(user_id)))


Changed = Callable[[str, UserId, bool], Awaitable[None]]


class LeasedSet:
    """The rooms of one kind, as seen by one worker.

    :meth:`arrived` and :meth:`left` register this worker's sockets. :meth:`keep` writes them to Redis, and
    :meth:`announce` calls ``await changed(room, user_id, is_present)`` on one worker: for a user's first
    socket in a room, and ``linger_s`` after the last. After a race between workers, or while Redis was
    unavailable, a change may be announced twice. Changes within ``settle_every_s`` are written together.
    """

    def __init__(
        self,
        kind: str,
        redis: Redis,
        relay: Relay,
        changed: Changed,
        *,
        linger_s: float = 0.0,
        settle_every_s: float = 0.0,
    ) -> None:
        self._redis = redis
        self._relay = relay
        self._changed = changed
        self._linger_s = linger_s
        self._settle_every_s = settle_every_s
        self._kind = kind
        self._workers = key_of(kind, "workers")
        self._sockets: dict[Member, int] = {}
        self._arriving: dict[Member, None] = {}
        self._leaving: dict[Member, float] = {}  # the time at which each is removed
        self._held: set[Member] = set()  # this worker's members in Redis
        self._restoring = 0  # the result of _BEAT, until all of _held is in Redis again
        self._next_beat = float("-inf")
        self._woken = asyncio.Event()
        self._changes: asyncio.Queue[tuple[Member, bool]] = asyncio.Queue()
        self._clock = asyncio.get_running_loop().time

    def __len__(self) -> int:
        """Return the number of members with a socket on this worker."""
        return len(self._sockets)

    def arrived(self, room: str, user_id: UserId) -> None:
        """Register an open socket of the user in the room."""
        member = Member(room, user_id)
        self._sockets[member] = self._sockets.get(member, 0) + 1
        self._leaving.pop(member, None)
        if member not in self._held:
            self._arriving[member] = None
            self._woken.set()

    def left(self, room: str, user_id: UserId) -> None:
        """Unregister a closed socket of the user in the room."""
        member = Member(room, user_id)
        remaining = self._sockets.pop(member) - 1
        if remaining:
            self._sockets[member] = remaining
        else:
            self._leaving[member] = self._clock() + self._linger_s
            self._woken.set()

    async def keep(self) -> None:
        """Keep Redis up to date; runs as long as the worker."""
        is_waiting = False
        while True:
            self._woken.clear()
            try:
                await self._settle()
                is_waiting = False
            except REDIS_ERRORS as problem:
                if not is_waiting:
                    logger.warning("%s waits for Redis: %s", self._kind, problem)
                is_waiting = True
                await asyncio.sleep(RETRY_S)
                continue
            if self._settle_every_s:
                await asyncio.sleep(self._settle_every_s)
            try:
                async with asyncio.timeout(self._until_next()):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def announce(self) -> None:
        """Announce changes; runs as long as the worker."""
        while True:
            member, is_present = await self._changes.get()
            try:
                await self._changed(*member, is_present)
            except Exception as problem:
                log_failure(problem, "Announcing a change of presence")
            # The user may have returned on another worker, which announced it first.
            if not is_present and await self._is_present(member):
                self._changes.put_nowait((member, True))

    async def resign(self, within_s: float) -> None:
        """Leave the members to the other workers, to which most reconnect within this time."""
        try:
            await evaluate(self._redis, _RESIGN, [self._workers], [self._worker, DEAD_AFTER_S - within_s])
        except REDIS_ERRORS as problem:
            logger.warning("%s is left to run out: %s", self._kind, problem)

    async def workers(self) -> list[str]:
        """Return the workers with a recent heartbeat."""
        return [name.decode() for name in await self._redis.zrange(self._workers, 0, -1)]

    @property
    def _worker(self) -> str:
        return self._relay.address

    async def _is_present(self, member: Member) -> bool:
        room, user_id = member
        try:
            name = key_of(self._kind, room)
            return bool(await cast(Awaitable[bool], self._redis.hexists(name, str(user_id))))
        except REDIS_ERRORS as problem:
            logger.warning("A user counts as absent: %s", problem)
            return False

    def _until_next(self) -> float:
        # Members left in order, so the first is due first.
        due = next(iter(self._leaving.values()), self._next_beat)
        return max(0.0, min(due, self._next_beat) - self._clock())

    async def _settle(self) -> None:
        if self._clock() >= self._next_beat:
            for dead in await self._beat():
                await self._sweep(dead)
        await self._enter()
        await self._leave()

    async def _beat(self) -> list[str]:
        """Return the workers that are dead."""
        keys = [self._workers, key_of(self._kind, f"swept:{self._worker}")]
        unknown, dead = await evaluate(self._redis, _BEAT, keys, [self._worker, DEAD_AFTER_S])
        self._restoring = max(self._restoring, unknown)
        if self._restoring:
            for members in batched(self._held, BATCH_SIZE):
                first = await self._ask(_RESTORE, members) or ()
                if self._restoring == 2:
                    self._note(first, True)
            self._restoring = 0
        self._next_beat = self._clock() + BEAT_EVERY_S
        return [name.decode() for name in dead]

    def beat_soon(self) -> None:
        """Beat now: Redis may have lost its data."""
        self._restore_first()
        self._woken.set()

    async def _sweep(self, dead: str) -> None:
        held = key_of(self._kind, f"of:{dead}")
        keys = [self._workers, key_of(self._kind, f"swept:{dead}"), held]
        while True:
            some = cast(Awaitable[list[bytes]], self._redis.srandmember(held, BATCH_SIZE))
            members = [_unpacked(member) for member in await some]
            gone = await self._run(_SWEEP, keys, [dead, DEAD_AFTER_S], members)
            if gone is None:
                return
            if gone:
                logger.info("Worker %s is silent; %d members have left", dead, len(gone))
            self._note(gone, False)

    async def _enter(self) -> None:
        for members in batched(self._arriving, BATCH_SIZE):
            first = await self._ask(_ENTER, members)
            if first is None:
                self._restore_first()
                return
            for member in members:
                self._arriving.pop(member, None)
            self._held.update(members)
            self._note(first, True)

    async def _leave(self) -> None:
        now = self._clock()
        for members in batched([member for member, due in self._leaving.items() if due <= now], BATCH_SIZE):
            # A member who returns from here on is added anew, whether this succeeds or fails.
            leaving = [member for member in members if self._leaving.pop(member, None) is not None]
            self._held.difference_update(leaving)
            gone: list[Member] | None = None
            try:
                gone = await self._ask(_LEAVE, leaving)
            finally:
                if gone is None:
                    again = self._clock() + max(self._linger_s, RETRY_S)
                    absent = [member for member in leaving if member not in self._sockets]
                    self._leaving.update(dict.fromkeys(absent, again))
            if gone is None:
                # After Redis lost its data, all workers must restore their members before any worker counts
                # as dead.
                self._restore_first()
                return
            self._note(gone, False)

    def _restore_first(self) -> None:
        self._next_beat = float("-inf")

    async def _ask(self, script: str, members: list[Member]) -> list[Member] | None:
        keys = [self._workers, key_of(self._kind, f"of:{self._worker}")]
        return await self._run(script, keys, [self._worker], members)

    async def _run(
        self, script: str, keys: list[str], arguments: list[Any], members: list[Member]
    ) -> list[Member] | None:
        rooms = [key_of(self._kind, member.room) for member in members]
        packed = [member.packed() for member in members]
        answer: list[Any] | None = await evaluate(self._redis, script, [*keys, *rooms], [*arguments, *packed])
        return None if answer is None else [_unpacked(member) for member in answer]

    def _note(self, members: Iterable[Member], is_present: bool) -> None:
        for member in members:
            self._changes.put_nowait((member, is_present))


def others_in(kind: str, room: str, besides: Collection[UserId], most: int) -> tuple[int, set[UserId]]:
    """Return how many users beside some are in a room, and up to ``most`` of them, from a thread.

    Nobody is while Redis is unavailable.
    """
    name = key_of(kind, room)
    pipe = sync_client(Role.PRESENCE).pipeline(transaction=False)
    pipe.hlen(name)
    pipe.hmget(name, [0, *besides])
    pipe.hrandfield(name, most + len(besides))
    try:
        count, present, users = pipe.execute()
    except REDIS_ERRORS as problem:
        logger.warning("Nobody counts as present: %s", problem)
        return 0, set()
    others = sorted({UserId(int(user)) for user in users} - {*besides})
    return count - sum(one is not None for one in present), set(others[:most])


def users_in(kind: str, room: str) -> set[UserId]:
    """Return the users in a room, from a thread; empty while Redis is unavailable."""
    try:
        users = cast(list[bytes], sync_client(Role.PRESENCE).hkeys(key_of(kind, room)))
    except REDIS_ERRORS as problem:
        logger.warning("Nobody counts as present: %s", problem)
        return set()
    return {UserId(int(user)) for user in users}
