"""The part of streams that Redis stores: each topic's counter and its last frames, for clients that resume.

Counters start at the clock's milliseconds, so that they never run backwards, even after Redis lost its data.
"""

import time
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, cast

from redis.asyncio import Redis

from core.namespace import key
from core.redis import Role, evaluate, evaluate_sync, sync_client
from realtime.wire.topics import Topic

STREAM = key("stream:")
GROUP = key("__group__")  # the prefix of channels_redis' pub/sub channels of groups
KEPT_FRAMES = 500
KEPT_S = 120
COUNTER_KEPT_S = 7 * 86_400

# KEYS: counter and history of each frame's topic. ARGV: first number, frames kept, seconds kept, seconds the
# counter is kept, then each frame and the pub/sub channel of its topic's group.
# Returns each frame's number and how many processes listen.
_APPEND = """
local appended = {}
for i = 1, #KEYS, 2 do
  local counter, history = KEYS[i], KEYS[i + 1]
  local seq = redis.call('INCR', counter)
  if seq == 1 then
    redis.call('SET', counter, ARGV[1])
    redis.call('DEL', history)
    seq = tonumber(ARGV[1])
  end
  redis.call('EXPIRE', counter, ARGV[4])
  redis.call('RPUSH', history, ARGV[i + 4])
  redis.call('LTRIM', history, -tonumber(ARGV[2]), -1)
  redis.call('EXPIRE', history, ARGV[3])
  appended[#appended + 1] = {seq, redis.call('PUBSUB', 'NUMSUB', ARGV[i + 5])[2]}
end
return appended
"""
# KEYS: counters. ARGV: first number, seconds the counter is kept. Returns where each stands.
_BEGIN = """
local begun = {}
for i, counter in ipairs(KEYS) do
  redis.call('SET', counter, ARGV[1], 'NX', 'EX', ARGV[2])
  begun[i] = redis.call('GET', counter)
end
return begun
"""
# KEYS: counter and history of a topic. ARGV: a number it had come to, one above all it can have come to,
# seconds the counter is kept. Begins anew where the counter is behind.
_BEGIN_ANEW = """
if tonumber(redis.call('GET', KEYS[1]) or ARGV[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  redis.call('DEL', KEYS[2])
end
"""
# KEYS: counter and history of a topic. A counter that is gone leaves a number out by itself.
_LEAVE_OUT = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCR', KEYS[1]) end
redis.call('DEL', KEYS[2])
"""


class History:
    """Counters and frames of topics. Its coroutines raise ``REDIS_ERRORS`` while Redis is unavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def append(self, frames: Iterable[tuple[Topic, bytes]]) -> Awaitable[list[tuple[int, int]]]:
        """Number and store these frames; return each one's number and how many processes listen."""
        return evaluate(self._redis, _APPEND, *_append(frames))

    async def begin(self, topics: Sequence[Topic]) -> dict[Topic, int]:
        """Return the current ``seq`` of these topics, starting counters that do not exist."""
        counters = [keys(topic)[0] for topic in topics]
        begun = await evaluate(self._redis, _BEGIN, counters, [_clock(), COUNTER_KEPT_S])
        return {topic: int(seq) for topic, seq in zip(topics, begun, strict=True)}

    async def begin_above(self, topic: Topic, seq: int) -> None:
        """Restart the topic's counter above ``seq``, which it had already reached, if it is behind."""
        await evaluate(self._redis, _BEGIN_ANEW, keys(topic), [seq, max(_clock(), seq + 1), COUNTER_KEPT_S])

    async def leave_out(self, topic: Topic) -> None:
        """Skip a number, so that all listeners of the topic detect a gap that cannot be filled."""
        await evaluate(self._redis, _LEAVE_OUT, keys(topic), [])

    async def counters(self, topics: Iterable[Topic]) -> list[int | None]:
        """Return the counters of these topics; None for one that has expired."""
        counters = await self._redis.mget([keys(topic)[0] for topic in topics])
        return [None if counter is None else int(counter) for counter in counters]

    async def kept(self, topic: Topic, since: int, upto: int) -> list[bytes] | None:
        """Return the frames after ``since`` up to ``upto``, or None if some are not stored any more."""
        if since == upto:
            return []
        if since > upto:
            return None
        pipe = self._redis.pipeline(transaction=True)
        pipe.get(keys(topic)[0])
        pipe.lrange(keys(topic)[1], 0, -1)
        counter, frames = await pipe.execute()
        first = int(counter or 0) - len(frames) + 1
        if since + 1 < first or int(counter or 0) < upto:
            return None
        return cast(list[bytes], frames[since + 1 - first : upto + 1 - first])


def append_sync(topic: Topic, frame: bytes) -> int:
    """Number and store a frame, from a thread; return its number."""
    ((seq, _),) = evaluate_sync(_APPEND, *_append([(topic, frame)]), role=Role.STREAMS)
    return int(seq)


def with_listeners(topics: Iterable[Topic]) -> set[Topic]:
    """Return those of these topics that have a listener on any worker; from a thread."""
    by_channel = {channel(topic): topic for topic in topics}
    if not by_channel:
        return set()
    counts = cast(list[tuple[bytes, int]], sync_client(Role.RELAY).pubsub_numsub(*by_channel))
    return {by_channel[channel.decode()] for channel, listeners in counts if listeners}


def forget(topic: Topic) -> None:
    """Delete the stored frames of a topic whose name will be reused; from a thread.

    Sockets that still listen to the old topic are resynchronised.
    """
    evaluate_sync(_LEAVE_OUT, keys(topic), [], role=Role.STREAMS)


def keys(topic: Topic) -> list[str]:
    """Return the Redis keys of a topic's counter and frames, which are in one slot of a Redis Cluster."""
    return [f"{STREAM}{{{topic}}}:seq", f"{STREAM}{{{topic}}}:frames"]


def channel(topic: Topic) -> str:
    """Return the Redis pub/sub channel of a topic."""
    return GROUP + topic


def _append(frames: Iterable[tuple[Topic, bytes]]) -> tuple[list[str], list[Any]]:
    """Return the keys and arguments of ``_APPEND`` for these frames."""
    keys_of_all: list[str] = []
    arguments: list[Any] = [_clock(), KEPT_FRAMES, KEPT_S, COUNTER_KEPT_S]
    for topic, frame in frames:
        keys_of_all += keys(topic)
        arguments += (frame, channel(topic))
    return keys_of_all, arguments


def _clock() -> int:
    return int(time.time() * 1000)
