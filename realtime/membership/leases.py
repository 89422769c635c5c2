"""Leases of workers in Redis: which workers live, which of them take rooms, and which one is elected.

A worker lives while its lease stands and it listens to the relay: one that was killed still has its lease for
a while, but no longer listens. The owners of rooms are in the same slot of a Redis Cluster as the leases,
because one script asks for both.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from redis.asyncio import Redis

from core.namespace import key
from core.redis import evaluate
from realtime.delivery import channels

LEASE_S = 3.0
LEASES = key("{relay}:leases")
"""Each worker, by the time at which its lease ends. One that has ended remains until it was swept for."""
DRAINING = key("{relay}:draining")
ELECTED = key("{relay}:elected")

# KEYS[1]: leases. ARGV: the counting subcommand of PUBSUB and the prefix of what it counts (``channels``),
# then those of the script. Redis' clock, so that the workers' clocks may differ.
LIVES = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local function listeners(worker)
  return redis.call('PUBSUB', ARGV[1], ARGV[2] .. worker)[2]
end
local function lives(worker)
  local ends = redis.call('ZSCORE', KEYS[1], worker)
  return ends and tonumber(ends) > now and listeners(worker) > 0
end
"""
# KEYS: ..., those that drain, the elected worker. ARGV: ..., this worker, seconds of the lease, whether it
# drains. Renews the lease. Returns whether it stood, the number of listeners at this worker's address, the
# elected worker, and, if it is this one, the workers that seem dead.
_RENEW = f"""
{LIVES}
local ended = redis.call('ZSCORE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[3])
redis.call(ARGV[5] == '1' and 'SADD' or 'SREM', KEYS[2], ARGV[3])
local elected = redis.call('GET', KEYS[3])
if not elected or elected ~= ARGV[3] and not lives(elected) then
  elected = ARGV[3]
  redis.call('SET', KEYS[3], elected)
end
local dead = {{}}
if elected == ARGV[3] then
  for _, worker in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if worker ~= ARGV[3] and not lives(worker) then table.insert(dead, worker) end
  end
end
local stood = ended and tonumber(ended) > now and 1 or 0
return {{stood, listeners(ARGV[3]), elected, dead}}
"""
# KEYS: ..., those that drain. ARGV: ..., whether those that drain count, then workers. Returns those that
# live.
_ALIVE = f"""
{LIVES}
local alive = {{}}
for i = 4, #ARGV do
  local worker = ARGV[i]
  if lives(worker) and (ARGV[3] == '1' or redis.call('SISMEMBER', KEYS[2], worker) == 0) then
    table.insert(alive, worker)
  end
end
return alive
"""


class Renewed(NamedTuple):
    """The state of a worker and of others, as told when it renews its lease."""

    stood: bool
    listeners: int
    elected: str
    suspects: set[str]


class Leases:
    """The leases, asked by one worker. Its coroutines raise ``REDIS_ERRORS`` while Redis is unavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def renew(self, worker: str, *, is_draining: bool) -> Renewed:
        """Renew this worker's lease."""
        arguments = (*channels.counting(), worker, LEASE_S, int(is_draining))
        stood, listeners, elected, suspects = await evaluate(
            self._redis, _RENEW, [LEASES, DRAINING, ELECTED], arguments
        )
        return Renewed(bool(stood), listeners, elected.decode(), {name.decode() for name in suspects})

    async def end(self, worker: str) -> None:
        """End this worker's lease; it remains among those that are swept for."""
        await self._redis.zadd(LEASES, {worker: 0}, xx=True)

    async def forget(self, workers: Iterable[str]) -> None:
        """Remove workers that were swept for."""
        names = list(workers)
        removing: Any = (self._redis.zrem(LEASES, *names), self._redis.srem(DRAINING, *names))
        for each in removing:
            await each

    async def alive(self, workers: Iterable[str], *, takes_rooms: bool) -> set[str]:
        """Return the living workers among these; with ``takes_rooms`` those that drain are left out."""
        arguments = (*channels.counting(), int(not takes_rooms), *workers)
        return {name.decode() for name in await evaluate(self._redis, _ALIVE, [LEASES, DRAINING], arguments)}
