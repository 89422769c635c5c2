"""The counters behind ``core.limits``: leaky buckets, and the growing delay of an account.

They are in Redis, with one script call per use. While Redis is unreachable each worker counts by itself, so
that limits hold per worker and nothing is blocked.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.embedded import EmbeddedServerError, valkey
from core.redis import ANY_REDIS_ERROR, new_sync_client

logger = logging.getLogger(__name__)

_AWAY: tuple[type[Exception], ...] = (*ANY_REDIS_ERROR, EmbeddedServerError)

# From this number of failures, all strangers to an account together have one attempt a second; each further
# failure doubles the wait, up to five minutes. It ends an hour after the last failure.
FREE_FAILURES = 10
FIRST_DELAY_S, LONGEST_DELAY_S = 1, 300
FAILURES_KEPT_S = 3600


@dataclass(frozen=True)
class Limit:
    """A burst of this many uses, and then one more every ``every_s`` seconds."""

    at_once: int
    every_s: float


Bucket = tuple[str, Limit]


def _delay_after(failures: int) -> float:
    """Return the seconds that strangers wait for the next attempt after this many failures."""
    if failures < FREE_FAILURES:
        return 0.0
    return float(min(FIRST_DELAY_S * 2 ** min(failures - FREE_FAILURES, 30), LONGEST_DELAY_S))


class Taken(NamedTuple):
    """The result of a use.

    It holds the seconds to wait (0 if it was counted), whether because of the account's delay, and how full
    the first bucket is.
    """

    wait_s: float
    is_delay: bool
    used: float


class Counts:
    """The counters of a single worker. A bucket is stored as the time at which it will be empty."""

    MAX_KEYS = 50_000

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._empty_at: dict[str, float] = {}
        self._delays: dict[str, tuple[int, float, float]] = {}  # failures, time of the next attempt, expiry

    def take(self, buckets: Sequence[Bucket], delay: str | None) -> Taken:
        with self._lock:
            now = self._clock()
            filled = [max(self._empty_at.get(key, 0.0) - now, 0.0) for key, _ in buckets]
            waits = [
                seconds - (limit.at_once - 1) * limit.every_s
                for seconds, (_, limit) in zip(filled, buckets, strict=True)
            ]
            wait_s, used = max(waits, default=0.0), _used(buckets, filled)
            if wait_s > 0:
                return Taken(wait_s, False, used)
            failures, next_try, forgotten_at = self._delays.get(delay or "", (0, 0.0, 0.0))
            if failures >= FREE_FAILURES and forgotten_at > now:
                if next_try > now:
                    return Taken(next_try - now, True, used)
                self._delays[delay or ""] = (failures, now + _delay_after(failures), forgotten_at)
            for key, limit in buckets:
                self._add(key, limit.every_s, now)
            return Taken(0.0, False, used)

    def fail(self, buckets: Sequence[Bucket], cost: int, delay: str | None) -> None:
        with self._lock:
            now = self._clock()
            for key, limit in buckets:
                self._add(key, cost * limit.every_s, now)
            if delay:
                failures, _, forgotten_at = self._delays.pop(delay, (0, 0.0, 0.0))
                failures = failures + 1 if forgotten_at > now else 1
                _bounded(self._delays, self.MAX_KEYS)
                self._delays[delay] = (failures, now + _delay_after(failures), now + FAILURES_KEPT_S)

    def _add(self, key: str, seconds: float, now: float) -> None:
        empty_at = max(self._empty_at.pop(key, 0.0), now) + seconds
        _bounded(self._empty_at, self.MAX_KEYS)
        self._empty_at[key] = empty_at


def _used(buckets: Sequence[Bucket], filled: Sequence[float]) -> float:
    return min(filled[0] / (buckets[0][1].at_once * buckets[0][1].every_s), 1.0) if buckets else 0.0


def _bounded(counts: dict[str, Any], most: int) -> None:
    # Each use moves its key to the end, so the first key is the least recently used.
    if len(counts) >= most:
        del counts[next(iter(counts))]


# KEYS: the delay, or a name that nothing has, then buckets: all of one door, so in one slot of a cluster.
# ARGV: free failures, first and longest delay in milliseconds; then of each bucket how many at once and every
# how many milliseconds. Returns how long to wait, whether for the delay, and how far the first bucket is
# filled, in milliseconds.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local wait, filled, empty_at = 0, 0, {}
for i = 2, #KEYS do
  local at_once, every = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local ahead = math.max((tonumber(redis.call('GET', KEYS[i])) or 0) - now, 0)
  if i == 2 then filled = ahead end
  wait = math.max(wait, ahead - (at_once - 1) * every)
  empty_at[i] = string.format('%.0f', now + ahead + every)
end
if wait > 0 then return {math.ceil(wait), 0, filled} end
local delay = redis.call('HMGET', KEYS[1], 'failures', 'next')
local beyond = (tonumber(delay[1]) or 0) - tonumber(ARGV[1])
if beyond >= 0 then
  if tonumber(delay[2]) > now then return {math.ceil(tonumber(delay[2]) - now), 1, filled} end
  local pause = math.min(tonumber(ARGV[2]) * 2 ^ math.min(beyond, 30), tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], 'next', string.format('%.0f', now + pause))
end
for i = 2, #KEYS do
  redis.call('SET', KEYS[i], empty_at[i], 'PX', math.max(math.ceil(empty_at[i] - now), 1))
end
return {0, 0, filled}
"""

# KEYS as above. ARGV: how long failures are kept in milliseconds, 0 for one that is no stranger's; free
# failures, first and longest delay; then what to add to each bucket.
_FAIL = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 2, #KEYS do
  local ahead = math.max((tonumber(redis.call('GET', KEYS[i])) or 0) - now, 0) + tonumber(ARGV[i + 3])
  redis.call('SET', KEYS[i], string.format('%.0f', now + ahead), 'PX', math.max(math.ceil(ahead), 1))
end
if ARGV[1] ~= '0' then
  local beyond = redis.call('HINCRBY', KEYS[1], 'failures', 1) - tonumber(ARGV[2])
  local pause = 0
  if beyond >= 0 then pause = math.min(tonumber(ARGV[3]) * 2 ^ math.min(beyond, 30), tonumber(ARGV[4])) end
  redis.call('HSET', KEYS[1], 'next', string.format('%.0f', now + pause))
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1
"""


class SharedCounts:
    """The counters of all workers, in Redis; while it is unreachable, those of this worker alone."""

    # Requests must not wait for an unresponsive Redis, nor retry an unreachable one each time.
    ANSWER_WITHIN_S = 0.5
    ASK_AGAIN_S = 1.0

    def __init__(self) -> None:
        self._here = Counts()
        self._away_until = float("-inf")

    def take(self, buckets: Sequence[Bucket], delay: str | None) -> Taken:
        if not (buckets or delay):
            return Taken(0.0, False, 0.0)
        numbers: list[int] = [FREE_FAILURES, FIRST_DELAY_S * 1000, LONGEST_DELAY_S * 1000]
        for _, limit in buckets:
            numbers += (limit.at_once, _ms(limit.every_s))
        answer = self._run(_TAKE, buckets, delay, numbers)
        if answer is None:
            return self._here.take(buckets, delay)
        wait, is_delay, filled = answer
        return Taken(wait / 1000, bool(is_delay), _used(buckets, [filled / 1000]))

    def fail(self, buckets: Sequence[Bucket], cost: int, delay: str | None) -> None:
        if not (buckets or delay):
            return
        kept = FAILURES_KEPT_S * 1000 if delay else 0
        numbers = [kept, FREE_FAILURES, FIRST_DELAY_S * 1000, LONGEST_DELAY_S * 1000]
        numbers += (_ms(cost * limit.every_s) for _, limit in buckets)
        if self._run(_FAIL, buckets, delay, numbers) is None:
            self._here.fail(buckets, cost, delay)

    def _run(self, script: str, buckets: Sequence[Bucket], delay: str | None, numbers: list[int]) -> Any:
        """Return the script's result, or None if Redis is unreachable or refuses writes."""
        if time.monotonic() < self._away_until:
            return None
        try:
            names = [key for key, _ in buckets]
            return _script(script)(keys=[delay or f"{names[0]}:none", *names], args=numbers)
        except _AWAY as problem:
            self._away_until = time.monotonic() + self.ASK_AGAIN_S
            logger.warning("Each worker limits by itself, Redis is away: %s", type(problem).__name__)
            return None


counts = SharedCounts()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


@functools.cache
def _redis() -> redis.Redis:
    valkey.ensure_running(settings.REDIS_URL)
    return new_sync_client(
        settings.REDIS_URL,
        socket_timeout=SharedCounts.ANSWER_WITHIN_S,
        socket_connect_timeout=SharedCounts.ANSWER_WITHIN_S,
        retry=Retry(NoBackoff(), 0),
    )


@functools.cache
def _script(text: str) -> Callable[..., Any]:
    return _redis().register_script(text)
