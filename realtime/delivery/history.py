"""The part of streams that Redis stores: each topic's counter and its last frames, for clients that resume.

Counters start at the clock's milliseconds, so that they never run backwards, even after Redis lost its data.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from core import redis
from core.namespace import key
from core.redis import ANY_REDIS_ERROR, Role, evaluate, evaluate_sync
from realtime.delivery import channels
from realtime.wire.topics import Topic

STREAM = key("stream:")
KEPT_FRAMES = 500
KEPT_S = 120
COUNTER_KEPT_S = 7 * 86_400

# KEYS: counter and history of each frame's topic. ARGV: first number, frames kept, seconds kept, seconds the
# counter is kept, then each frame and the pub/sub channel of its topic's group.
# Returns each frame's number and how many processes listen.
_APPENDING = """
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
  appended[#appended + 1] = {seq, redis.call('PUBSUB', '$NUMSUB', ARGV[i + 5])[2]}
end
return appended
"""
_APPEND = _APPENDING.replace("$NUMSUB", channels.numsub(is_cluster=False))
_APPEND_TO_CLUSTER = _APPENDING.replace("$NUMSUB", channels.numsub(is_cluster=True))
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
# KEYS: counter and history of a topic. ARGV: two numbers. Returns the frames after the first up to the
# second, or nil if some are not stored any more.
_KEPT = """
local counter = tonumber(redis.call('GET', KEYS[1]) or 0)
local since, upto = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = counter - redis.call('LLEN', KEYS[2]) + 1
if since + 1 < first or counter < upto then return false end
return redis.call('LRANGE', KEYS[2], since + 1 - first, upto - first)
"""


class History:
    """Counters and frames of topics. Its coroutines raise ``REDIS_ERRORS`` while Redis is unavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @staticmethod
    def of(redis: Redis) -> "History":
        """Return the history in this Redis, which may be a cluster."""
        return HistoryOfCluster(redis) if isinstance(redis, RedisCluster) else History(redis)

    def append(
        self, frames: Sequence[tuple[Topic, bytes]]
    ) -> Awaitable[Sequence[tuple[int, int] | Exception]]:
        """Number and store these frames; return each one's number and how many processes listen.

        Where only some fail, the problem is in the place of each of them.
        """
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
        return cast(list[bytes] | None, await evaluate(self._redis, _KEPT, keys(topic), [since, upto]))


class HistoryOfCluster(History):
    """The same in a Redis Cluster, where each topic is in a slot of its own: it has a call of its own."""

    async def append(self, frames: Sequence[tuple[Topic, bytes]]) -> list[tuple[int, int] | Exception]:
        by_topic: dict[Topic, list[int]] = defaultdict(list)
        for place, (topic, _) in enumerate(frames):
            by_topic[topic].append(place)
        answers = await asyncio.gather(
            *(self._append_to_one([frames[place] for place in places]) for places in by_topic.values())
        )
        appended: dict[int, tuple[int, int] | Exception] = {}
        for places, answer in zip(by_topic.values(), answers, strict=True):
            each = [answer] * len(places) if isinstance(answer, Exception) else answer
            appended.update(zip(places, each, strict=True))
        return [appended[place] for place in range(len(frames))]

    async def _append_to_one(self, frames: list[tuple[Topic, bytes]]) -> Any:
        try:
            return await evaluate(self._redis, _APPEND_TO_CLUSTER, *_append(frames))
        except ANY_REDIS_ERROR as problem:
            return problem

    async def begin(self, topics: Sequence[Topic]) -> dict[Topic, int]:
        each = await asyncio.gather(*(super(HistoryOfCluster, self).begin([topic]) for topic in topics))
        return {topic: seq for begun in each for topic, seq in begun.items()}

    async def counters(self, topics: Iterable[Topic]) -> list[int | None]:
        each = await asyncio.gather(*(super(HistoryOfCluster, self).counters([topic]) for topic in topics))
        return [counter for (counter,) in each]


def append_sync(topic: Topic, frame: bytes) -> int:
    """Number and store a frame, from a thread; return its number."""
    script = _APPEND_TO_CLUSTER if redis.is_cluster(Role.STREAMS) else _APPEND
    ((seq, _),) = evaluate_sync(script, *_append([(topic, frame)]), role=Role.STREAMS)
    return int(seq)


def with_listeners(topics: Iterable[Topic]) -> set[Topic]:
    """Return those of these topics that have a listener on any worker; from a thread."""
    by_channel = {channels.of(topic): topic for topic in topics}
    if not by_channel:
        return set()
    counts = redis.count_listeners(list(by_channel))
    return {by_channel[channel.decode()] for channel, listeners in counts if listeners}


def forget(topic: Topic) -> None:
    """Delete the stored frames of a topic whose name will be reused; from a thread.

    Sockets that still listen to the old topic are resynchronised.
    """
    evaluate_sync(_LEAVE_OUT, keys(topic), [], role=Role.STREAMS)


def keys(topic: Topic) -> list[str]:
    """Return the Redis keys of a topic's counter and frames, which are in one slot of a Redis Cluster."""
    return [f"{STREAM}{{{topic}}}:seq", f"{STREAM}{{{topic}}}:frames"]


def _append(frames: Iterable[tuple[Topic, bytes]]) -> tuple[list[str], list[Any]]:
    """Return the keys and arguments of ``_APPEND`` for these frames."""
    keys_of_all: list[str] = []
    arguments: list[Any] = [_clock(), KEPT_FRAMES, KEPT_S, COUNTER_KEPT_S]
    for topic, frame in frames:
        keys_of_all += keys(topic)
        arguments += (frame, channels.of(topic))
    return keys_of_all, arguments


def _clock() -> int:
    return int(time.time() * 1000)
