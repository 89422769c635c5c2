"""Rate limits for users, counted over all sockets, requests and workers."""

from typing import Final

from django.conf import settings
from redis.asyncio import Redis

from core import namespace
from core.redis import evaluate, evaluate_sync
from core.refusals import RateLimited

_LIMIT: Final = namespace.key("limit:")

# KEYS: log of timestamps. ARGV: limit, window in milliseconds. Returns 0, or the milliseconds until another
# use is allowed.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local window = ARGV[2] * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], now, string.format('%.0f-%d', now, redis.call('ZCARD', KEYS[1])))
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return math.ceil((oldest + window - now) / 1000)
"""


def _refuse(wait_ms: int) -> None:
    if wait_ms:
        raise RateLimited("Too quick. Wait a moment.", retry_after=round(wait_ms / 1000, 3))


async def enforce(redis: Redis, key: str, *, allowed: int, window_s: float) -> None:
    """Count one use of ``key``; raise ``RateLimited`` after ``allowed`` uses within ``window_s`` seconds."""
    _refuse(int(await evaluate(redis, _TAKE, [_LIMIT + key], [allowed, int(window_s * 1000)])))


def enforce_sync(key: str, *, allowed: int, window_s: float) -> None:
    """Like :func:`enforce`, from a thread."""
    _refuse(int(evaluate_sync(_TAKE, [_LIMIT + key], [allowed, int(window_s * 1000)])))


FLOOD_WINDOW_S: Final = 5.0


def flood_allowance() -> int:
    """Return how many messages a socket may send per ``FLOOD_WINDOW_S``."""
    return int(settings.SOCKET_MAX_RATE * FLOOD_WINDOW_S)
