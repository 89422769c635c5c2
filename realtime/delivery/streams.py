"""Streams: a topic's events in the same order on all workers, and the events that a client missed.

A topic's ``seq`` is counted by Redis, which also stores its last frames (``history``). Workers
deliver frames in order; an early frame waits, and a lost one is read from that history. If it is no longer
there, the topic's listeners get a fresh snapshot.

Topics whose frames are numbered by one process (a game's room) do not use streams.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import msgspec
from channels.layers import get_channel_layer
from redis.asyncio import Redis

from core.batches import batched
from core.batching import BatchLoader
from core.ids import UserId
from core.problems import log_failure
from core.redis import ANY_REDIS_ERROR, REDIS_ERRORS, Role, publish_sync, url
from core.tasks import begin
from realtime import metrics
from realtime.connections.connection import Connection
from realtime.delivery import channels, history
from realtime.delivery.history import History
from realtime.delivery.hub import Hub, Listener, Resync
from realtime.delivery.relay import Relay
from realtime.wire.answering import Asker
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import Closing, with_ref, with_seq
from realtime.wire.topics import Topic

logger = logging.getLogger(__name__)

MAX_WAITING = 10_000
REPAIR_AFTER_S = 0.05
AUDIT_EVERY_S = 1.0
AUDIT_BATCH_SIZE = 250
APPEND_BATCH_SIZE = 250


def _unsequenced(topic: Topic) -> Topic:
    """Return the hub's topic for subscribers that get frames without ``seq``."""
    return Topic(f"{topic} beside")


class EphemeralFrame(NamedTuple):
    """A frame without ``seq`` that is not stored.

    It replaces unsent frames with the same key, and one user may be excluded.
    """

    frame: bytes
    key: str
    but_user_id: UserId | None


class FrameMetadata(NamedTuple):
    """Metadata of a stored frame: the sockets that it closes, and the command that it answers."""

    closing: Closing | None
    asker: Asker | None


def durable_frame(frame: bytes, closing: Closing | None, asker: Asker | None = None) -> bytes:
    """Return a frame as streams store it.

    ``FrameMetadata`` follows after a newline, which frames never contain.
    """
    if closing is None and asker is None:
        return frame
    return b"%b\n%b" % (frame, msgspec.json.encode(FrameMetadata(closing, asker)))


_decode_aside = msgspec.json.Decoder(FrameMetadata).decode


def publish_from_outside(topic: Topic, packed: EphemeralFrame | bytes) -> None:
    """Publish from a process without a worker: a management command, or a server that has stopped."""
    seq = None
    if isinstance(packed, bytes):
        seq = history.append_sync(topic, packed)
    message = {"type": "relay", "from": "", "topic": topic, "frames": [(seq, packed)]}
    # Synchronous: a thread may commit while the interpreter exits, when no loop can be started.
    publish_sync(channels.of(topic), get_channel_layer().serialize(message))


@dataclass(slots=True)
class Stream:
    """A topic on this worker: the last delivered ``seq``, and frames that arrived early."""

    seq: int
    early: dict[int, bytes] = field(default_factory=dict)
    repairing: bool = False


class Streams:
    """All streams with a local listener, and the frames that wait to be published."""

    def __init__(self, redis: Redis, relay: Relay, hub: Hub) -> None:
        self._history = History.of(redis)
        # Then only the relay's Redis can tell who listens, which costs as much as publishing to nobody.
        self._are_apart = url(Role.STREAMS) != url(Role.RELAY)
        self._relay = relay
        self._hub = hub
        self._streams: dict[Topic, Stream] = {}
        # Locks of topics that are being joined or left; they exist only as long as someone holds them.
        self._changing: WeakValueDictionary[Topic, asyncio.Lock] = WeakValueDictionary()
        self._waiting: list[tuple[Topic, bytes]] = []
        self.asking: dict[int, Connection] = {}
        """The open sockets that have sent a command with an ``id``, by the number in ``Asker``."""
        self._dropped: set[Topic] = set()  # topics with a frame that was dropped
        self._offered = self._settled = 0
        self._has_settled = asyncio.Event()
        self._begun = BatchLoader(self._begin)
        self._sending: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def join(
        self, topic: Topic, listener: Listener, resync: Resync | None, *, unsequenced: bool = False
    ) -> int:
        """Add a listener to the stream, and return the stream's current ``seq``.

        ``resync``, if given, is called when events were lost for good: it must hold the socket's frames at
        once, and return an awaitable that sends a fresh snapshot. An ``unsequenced`` listener gets the same
        frames in the same order, without ``seq``.
        """
        stream = self._streams.get(topic)
        if stream is None or topic in self._changing:
            async with self._change(topic):
                stream = self._streams.get(topic)
                if stream is None:
                    stream = self._streams[topic] = Stream(await self._begin_one(topic))
                self._hub.join(_unsequenced(topic) if unsequenced else topic, listener, resync)
        else:
            self._hub.join(_unsequenced(topic) if unsequenced else topic, listener, resync)
        return stream.seq

    async def _begin_one(self, topic: Topic) -> int:
        try:
            return await self._begun(topic)
        except asyncio.CancelledError:
            begin(self._end_what_nobody_hears(topic), self._tasks, "Leaving a topic that nobody hears")
            raise

    async def _end_what_nobody_hears(self, topic: Topic) -> None:
        """Leave a topic whose only listener went away while joining it."""
        async with self._change(topic):
            if topic not in self._streams:
                # Joined again, so that the topic is left only after a pending join has finished.
                with contextlib.suppress(*REDIS_ERRORS):
                    await self._begun(topic)
                await self._stop_hearing(topic)

    def _change(self, topic: Topic) -> asyncio.Lock:
        lock = self._changing.get(topic)
        if lock is None:
            lock = self._changing[topic] = asyncio.Lock()
        return lock

    async def _begin(self, topics: list[Topic]) -> dict[Topic, int]:
        """Join these topics and return their current ``seq``.

        A topic without a counter gets one now, so that a client that resumes later gets everything published
        since.
        """
        await self._relay.join(topics)
        # Read after joining: frames published in between are then seen as early or missing, never lost.
        return await self._history.begin(topics)

    async def leave(self, topic: Topic, listener: Listener) -> None:
        """Remove a listener from the stream."""
        was_last = [self._hub.leave(heard, listener) for heard in (topic, _unsequenced(topic))]
        if any(was_last) and not self._is_heard(topic):
            # Shielded: the caller may be cancelled.
            await asyncio.shield(begin(self._leave(topic), self._tasks, "Leaving a topic"))

    async def _leave(self, topic: Topic) -> None:
        async with self._change(topic):
            if self._is_heard(topic):
                return
            self._streams.pop(topic, None)
            await self._stop_hearing(topic)

    async def _stop_hearing(self, topic: Topic) -> None:
        try:
            await self._relay.leave(topic)
        except REDIS_ERRORS as problem:
            logger.warning("A topic without listeners could not be left: %s", problem)

    def seq(self, topic: Topic) -> int:
        """Return the current ``seq`` of a joined stream on this worker."""
        return self._streams[topic].seq

    async def missed(self, topic: Topic, since: int, upto: int) -> list[bytes] | None:
        """Return the frames after ``since`` up to ``upto``, or None if some are no longer stored."""
        kept = await self._history.kept(topic, since, upto)
        if kept is None:
            return None
        return [with_seq(frame.partition(b"\n")[0], seq) for seq, frame in enumerate(kept, since + 1)]

    async def sent(self) -> None:
        """Wait until all frames offered so far have been numbered."""
        offered = self._offered
        while self._settled < offered:
            await self._has_settled.wait()

    def offer(self, topic: Topic, packed: EphemeralFrame | bytes) -> None:
        """Publish a frame: durable ones are numbered and stored, ephemeral ones are sent at once."""
        if isinstance(packed, EphemeralFrame):
            self.deliver_ephemeral(topic, packed)
            self._relay.publish(topic, None, packed)
            return
        self._waiting.append((topic, packed))
        self._offered += 1
        if len(self._waiting) > MAX_WAITING:
            # Redis has been away for long; what is dropped here is in the database, and a resync brings it.
            self._dropped.add(self._waiting.pop(0)[0])
            self._settled += 1
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_waiting())

    def receive(self, topic: Topic, frames: list[Any]) -> None:
        """Process frames from another worker."""
        stream = self._streams.get(topic)
        for seq, packed in frames:
            if seq is None:
                self.deliver_ephemeral(topic, packed)
            elif stream is not None:
                self._take(topic, stream, seq, packed)

    async def audit(self) -> None:
        """Compare every local stream with its counter, and repair streams that are behind.

        A counter is behind if Redis lost its latest writes, such as after a failover to a lagging replica.
        Frames that reuse numbers already delivered would be ignored.
        """
        for streams in batched(self._streams.items(), AUDIT_BATCH_SIZE):
            known = [stream.seq for _, stream in streams]
            counters = await self._history.counters(topic for topic, _ in streams)
            for (topic, stream), seq, counter in zip(streams, known, counters, strict=True):
                if counter is None:
                    continue
                if is_behind := counter < seq:
                    await self._history.begin_above(topic, seq)
                if is_behind or counter > stream.seq:
                    self._repair_soon(topic, stream)

    async def _send_waiting(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:APPEND_BATCH_SIZE], self._waiting[APPEND_BATCH_SIZE:]
                try:
                    for topic in tuple(self._dropped):
                        await self._history.leave_out(topic)
                        self._dropped.discard(topic)
                    numbered = await self._history.append(batch)
                except ANY_REDIS_ERROR as problem:
                    # Redis may also be reachable but reject writes: it is full, or a replica.
                    await self._wait(batch, problem)
                    continue
                failed: dict[int, Exception] = {}
                for place, ((topic, frame), answer) in enumerate(zip(batch, numbered, strict=True)):
                    if isinstance(answer, Exception):
                        failed[place] = answer
                        continue
                    seq, workers = answer
                    stream = self._streams.get(topic)
                    if stream is not None:
                        self._take(topic, stream, seq, frame)
                    if self._are_apart or workers > (stream is not None):
                        self._relay.publish(topic, seq, frame)
                self._settled += len(batch) - len(failed)
                self._has_settled.set()
                self._has_settled.clear()
                if failed:
                    await self._wait([batch[place] for place in failed], next(iter(failed.values())))
        finally:
            self._sending = None

    async def _wait(self, unsent: list[tuple[Topic, bytes]], problem: Exception) -> None:
        logger.warning("Streams wait for Redis: %s", problem)
        self._waiting[:0] = unsent
        await asyncio.sleep(0.2)

    def _take(self, topic: Topic, stream: Stream, seq: int, frame: bytes) -> None:
        if seq == stream.seq + 1:
            stream.seq = seq
            self._deliver(topic, seq, frame)
            while stream.early and (next_frame := stream.early.pop(stream.seq + 1, None)) is not None:
                stream.seq += 1
                self._deliver(topic, stream.seq, next_frame)
        elif seq > stream.seq:
            stream.early[seq] = frame
            self._repair_soon(topic, stream)

    def _deliver(self, topic: Topic, seq: int, durable: bytes) -> None:
        frame, _, aside = durable.partition(b"\n")
        closing, asker = _decode_aside(aside) if aside else (None, None)
        asking = None
        if asker is not None and asker.worker == self._relay.address:
            asking = self.asking.get(asker.socket)
        if asker is None or asking is None:
            self._hub.deliver(topic, with_seq(frame, seq))
            self._hub.deliver(_unsequenced(topic), frame)
        else:
            answer = with_ref(frame, asker.ref)
            self._hub.deliver_answer(topic, with_seq(frame, seq), asking, with_seq(answer, seq))
            self._hub.deliver_answer(_unsequenced(topic), frame, asking, answer)
        if closing is not None:
            self._hub.close(topic, closing)
            self._hub.close(_unsequenced(topic), closing)

    def deliver_ephemeral(self, topic: Topic, packed: EphemeralFrame | list[Any]) -> None:
        """Deliver an ephemeral frame to the topic's listeners on this worker only."""
        self._hub.deliver_ephemeral(topic, *packed)
        self._hub.deliver_ephemeral(_unsequenced(topic), *packed)

    def _is_heard(self, topic: Topic) -> bool:
        return topic in self._hub or _unsequenced(topic) in self._hub

    def _repair_soon(self, topic: Topic, stream: Stream) -> None:
        if stream.repairing:
            return
        stream.repairing = True
        begin(self._repair(topic, stream), self._tasks, "Repairing a stream")

    async def _repair(self, topic: Topic, stream: Stream) -> None:
        try:
            await asyncio.sleep(REPAIR_AFTER_S)
            (counter,) = await self._history.counters([topic])
            upto = max(counter or 0, *stream.early, stream.seq)
            if upto == stream.seq:
                return
            frames = await self._history.kept(topic, stream.seq, upto)
            if self._streams.get(topic) is not stream:
                return  # all listeners have left; newer ones got a snapshot
            since = upto - len(frames or ())
            if frames is not None:
                metrics.stream_repairs.inc()
                for seq, frame in enumerate(frames, since + 1):
                    if seq == stream.seq + 1:
                        stream.seq = seq
                        self._deliver(topic, seq, frame)
            else:
                metrics.stream_resyncs.inc()
                stream.seq = upto
                await self._resync(topic)
            stream.early = {seq: frame for seq, frame in stream.early.items() if seq > stream.seq}
        except REDIS_ERRORS as problem:
            logger.warning("A stream could not be repaired and will be retried: %s", problem)
        finally:
            stream.repairing = False

    async def _resync(self, topic: Topic) -> None:
        """Send every listener a fresh snapshot.

        All are held before the first snapshot is made, so that none receives frames from after the gap.
        """
        listeners = self._hub.resyncs(topic) + self._hub.resyncs(_unsequenced(topic))
        results = await asyncio.gather(*[resync() for _, resync in listeners], return_exceptions=True)
        for (connection, _), result in zip(listeners, results, strict=True):
            if isinstance(result, Exception):
                log_failure(result, "Making a fresh snapshot")
                connection.close(CloseCode.TOO_SLOW, "no_snapshot")
