"""What Redis keeps of streams: how far each topic is counted, and its last frames for those who missed some.

Counters start at the clock's milliseconds, so they never run backwards, even over a Redis that was emptied.
"""

import time
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, cast

from redis.asyncio import Redis

from core.namespace import key
from realtime.redis import evaluate, evaluate_sync
from realtime.topics import Topic

STREAM = key("stream:")
GROUP = key("__group__")  # as channels_redis names the pub/sub channel of a group
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
    """The counters and frames of topics, for a worker's loop. Calls raise ``Down`` while Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def append(self, frames: Iterable[tuple[Topic, bytes]]) -> Awaitable[list[tuple[int, int]]]:
        """Number these frames and keep them; gives for each its number and how many processes listen."""
        return evaluate(self._redis, _APPEND, *_append(frames))

    async def begin(self, topics: Sequence[Topic]) -> dict[Topic, int]:
        """Where these topics stand; one of which nothing was ever told begins here."""
        counters = [keys(topic)[0] for topic in topics]
        begun = await evaluate(self._redis, _BEGIN, counters, [_clock(), COUNTER_KEPT_S])
        return {topic: int(seq) for topic, seq in zip(topics, begun, strict=True)}

    async def begin_above(self, topic: Topic, seq: int) -> None:
        """Begin the topic anew above ``seq``, to which it had come, where its counter is behind that."""
        await evaluate(self._redis, _BEGIN_ANEW, keys(topic), [seq, max(_clock(), seq + 1), COUNTER_KEPT_S])

    async def leave_out(self, topic: Topic) -> None:
        """Leave a number out, so that all who hear the topic find a gap that nothing fills."""
        await evaluate(self._redis, _LEAVE_OUT, keys(topic), [])

    async def counters(self, topics: Iterable[Topic]) -> list[int | None]:
        """Where each of these topics stands; None where that is not known any more."""
        counters = await self._redis.mget([keys(topic)[0] for topic in topics])
        return [None if counter is None else int(counter) for counter in counters]

    async def kept(self, topic: Topic, since: int, upto: int) -> list[bytes] | None:
        """The frames after ``since`` up to ``upto``, or None where they are not all kept any more."""
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

    async def listened(self, topics: Iterable[Topic]) -> set[Topic]:
        """Those of these topics that somebody hears, on any worker."""
        by_channel = {channel(topic): topic for topic in topics}
        if not by_channel:
            return set()
        counts = await self._redis.pubsub_numsub(*by_channel)
        return {by_channel[channel.decode()] for channel, listeners in counts if listeners}


def append_sync(topic: Topic, frame: bytes) -> int:
    """Number a frame and keep it, from a thread; gives its number."""
    ((seq, _),) = evaluate_sync(_APPEND, *_append([(topic, frame)]))
    return int(seq)


def forget(topic: Topic) -> None:
    """Drop what is kept of a topic, whose name another thing is given; from a thread. Who still hears it for
    what had the name before begins anew.
    """
    evaluate_sync(_LEAVE_OUT, keys(topic), [])


def keys(topic: Topic) -> list[str]:
    """The Redis keys of a topic's counter and of its frames."""
    return [f"{STREAM}{topic}:seq", f"{STREAM}{topic}:frames"]


def channel(topic: Topic) -> str:
    """The Redis pub/sub channel of a topic."""
    return GROUP + topic


def _append(frames: Iterable[tuple[Topic, bytes]]) -> tuple[list[str], list[Any]]:
    """The keys and the arguments with which ``_APPEND`` appends these frames to their topics."""
    keys_of_all: list[str] = []
    arguments: list[Any] = [_clock(), KEPT_FRAMES, KEPT_S, COUNTER_KEPT_S]
    for topic, frame in frames:
        keys_of_all += keys(topic)
        arguments += (frame, channel(topic))
    return keys_of_all, arguments


def _clock() -> int:
    return int(time.time() * 1000)
