"""Streams: the events of a topic in one order for all workers, and what a client missed of them.

A topic's ``seq`` is counted by Redis, which also keeps its last frames (``realtime.history``). A worker
delivers in order; a frame that comes early waits, and what the relay lost is read from that history. When it
is not there any more, the topic's listeners get a fresh snapshot.

Topics whose frames one process numbers itself (a game's room) do not pass here.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import msgspec
from channels.layers import get_channel_layer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.batches import batched
from core.batching import BatchLoader
from core.problems import note_failure
from realtime import history, metrics
from realtime.answering import Asker
from realtime.connection import TOO_SLOW, Connection
from realtime.history import History
from realtime.hub import Hub, Listener, Resync
from realtime.messages import Closing, with_ref, with_seq
from realtime.redis import Down, sync_client
from realtime.relay import Relay
from realtime.tasks import begin
from realtime.topics import Topic

logger = logging.getLogger(__name__)

MAX_WAITING = 10_000
REPAIR_AFTER_S = 0.05
AUDIT_EVERY_S = 1.0
AUDITED_AT_ONCE = 250
APPENDED_AT_ONCE = 250


def _beside(topic: Topic) -> Topic:
    """The hub's name for who hears the topic beside another stream."""
    return Topic(f"{topic} beside")


class Passing(NamedTuple):
    """A frame that is neither numbered nor kept: it replaces unsent ones of its key, and one user may be
    left out.
    """

    frame: bytes
    key: str
    but_user_id: int | None


class Aside(NamedTuple):
    """What a frame in a stream means for some sockets: those that it closes, and the one that it answers."""

    closing: Closing | None
    asker: Asker | None


def lasting(frame: bytes, closing: Closing | None, asker: Asker | None = None) -> bytes:
    """A frame as streams keep it: after a line feed, which no frame holds, its ``Aside``."""
    if closing is None and asker is None:
        return frame
    return b"%b\n%b" % (frame, msgspec.json.encode(Aside(closing, asker)))


_decode_aside = msgspec.json.Decoder(Aside).decode


def publish_from_outside(topic: Topic, packed: Passing | bytes) -> None:
    """Publish from a process in which no worker runs: a management command, or a server that has stopped."""
    seq = None
    if isinstance(packed, bytes):
        seq = history.append_sync(topic, packed)
    message = {"type": "relay", "from": "", "topic": topic, "frames": [(seq, packed)]}
    # Without a loop: a thread may commit while the interpreter already ends, when none can be started.
    sync_client().publish(history.channel(topic), get_channel_layer().serialize(message))


@dataclass(slots=True)
class Stream:
    """A topic as this worker knows it: the last ``seq`` delivered, and frames that came too early."""

    seq: int
    early: dict[int, bytes] = field(default_factory=dict)
    repairing: bool = False


class Streams:
    """All streams with a local listener, and the frames on their way out."""

    def __init__(self, redis: Redis, relay: Relay, hub: Hub) -> None:
        self._history = History(redis)
        self._relay = relay
        self._hub = hub
        self._streams: dict[Topic, Stream] = {}
        # Held by who begins or ends to hear a topic, and kept no longer.
        self._changing: WeakValueDictionary[Topic, asyncio.Lock] = WeakValueDictionary()
        self._waiting: list[tuple[Topic, bytes]] = []
        self.asking: dict[int, Connection] = {}
        """The open sockets that have sent a command with an ``id``, by the number that ``Asker`` gives."""
        self._dropped: set[Topic] = set()  # of which something was offered that is not told any more
        self._offered = self._settled = 0
        self._has_settled = asyncio.Event()
        self._begun = BatchLoader(self._begin)
        self._sending: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def join(
        self, topic: Topic, listener: Listener, resync: Resync | None, *, is_beside: bool = False
    ) -> int:
        """Let the socket hear the stream from now on; returns the ``seq`` it stands at.

        ``resync``, if there is one, is called when events were lost for good: it holds the socket's frames at
        once, and what it returns sends a fresh snapshot. Who hears it beside another stream gets its frames
        in the same order, without ``seq``.
        """
        stream = self._streams.get(topic)
        if stream is None or topic in self._changing:
            async with self._change(topic):
                stream = self._streams.get(topic)
                if stream is None:
                    stream = self._streams[topic] = Stream(await self._begin_one(topic))
                self._hub.join(_beside(topic) if is_beside else topic, listener, resync)
        else:
            self._hub.join(_beside(topic) if is_beside else topic, listener, resync)
        return stream.seq

    async def _begin_one(self, topic: Topic) -> int:
        try:
            return await self._begun(topic)
        except asyncio.CancelledError:
            begin(self._end_what_nobody_hears(topic), self._tasks, "Leaving a topic that nobody hears")
            raise

    async def _end_what_nobody_hears(self, topic: Topic) -> None:
        """Whoever began to hear the topic went away before that was done."""
        async with self._change(topic):
            if topic not in self._streams:
                # Asked again, so as to leave only after what is under way has joined.
                with contextlib.suppress(*Down):
                    await self._begun(topic)
                await self._stop_hearing(topic)

    def _change(self, topic: Topic) -> asyncio.Lock:
        lock = self._changing.get(topic)
        if lock is None:
            lock = self._changing[topic] = asyncio.Lock()
        return lock

    async def _begin(self, topics: list[Topic]) -> dict[Topic, int]:
        """Begin to hear these topics; where their streams stand.

        One of which nothing was ever told begins here, so that who heard nothing so far and comes back is
        told all that came since.
        """
        await self._relay.join(topics)
        # Read after joining: what is published in between is then seen as early or missing, never lost.
        return await self._history.begin(topics)

    async def leave(self, topic: Topic, listener: Listener) -> None:
        """Stop hearing it."""
        was_last = [self._hub.leave(heard, listener) for heard in (topic, _beside(topic))]
        if any(was_last) and not self._is_heard(topic):
            # Done whatever becomes of who leaves: it may be cut short.
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
        except Down as problem:
            logger.warning("A topic that nobody hears could not be left: %s", problem)

    def seq(self, topic: Topic) -> int:
        """The ``seq`` that the joined stream stands at here."""
        return self._streams[topic].seq

    async def missed(self, topic: Topic, since: int, upto: int) -> list[bytes] | None:
        """The frames after ``since`` up to ``upto``, or None where they are not all kept any more."""
        kept = await self._history.kept(topic, since, upto)
        if kept is None:
            return None
        return [with_seq(frame.partition(b"\n")[0], seq) for seq, frame in enumerate(kept, since + 1)]

    async def listened(self, topics: Iterable[Topic]) -> set[Topic]:
        """Those of these topics that somebody hears, on any worker."""
        return await self._history.listened(topics)

    async def sent(self) -> None:
        """Wait until all frames that were offered so far have their number."""
        offered = self._offered
        while self._settled < offered:
            await self._has_settled.wait()

    def offer(self, topic: Topic, packed: Passing | bytes) -> None:
        """Publish a frame: lasting ones are numbered and kept, passing ones go on at once."""
        if isinstance(packed, Passing):
            self.pass_here(topic, packed)
            self._relay.publish(topic, None, packed)
            return
        self._waiting.append((topic, packed))
        self._offered += 1
        if len(self._waiting) > MAX_WAITING:
            # Redis has long been away; what is dropped here is in the database, and a resync brings it.
            self._dropped.add(self._waiting.pop(0)[0])
            self._settled += 1
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_waiting())

    def receive(self, topic: Topic, frames: list[Any]) -> None:
        """Take frames that came from another worker."""
        stream = self._streams.get(topic)
        for seq, packed in frames:
            if seq is None:
                self.pass_here(topic, packed)
            elif stream is not None:
                self._take(topic, stream, seq, packed)

    async def audit(self) -> None:
        """Compare every local stream with its counter, and repair what is behind.

        A counter is behind where Redis came back as it was a while ago, such as by a replica that lacked the
        last: what is told under numbers that were had before is not heard.
        """
        for streams in batched(self._streams.items(), AUDITED_AT_ONCE):
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
                batch, self._waiting = self._waiting[:APPENDED_AT_ONCE], self._waiting[APPENDED_AT_ONCE:]
                try:
                    for topic in tuple(self._dropped):
                        await self._history.leave_out(topic)
                        self._dropped.discard(topic)
                    numbered = await self._history.append(batch)
                except (RedisError, OSError) as problem:
                    # It may also be there and take nothing: it is full, or just a replica.
                    logger.warning("Streams wait for Redis: %s", problem)
                    self._waiting[:0] = batch
                    await asyncio.sleep(0.2)
                    continue
                for (topic, frame), (seq, workers) in zip(batch, numbered, strict=True):
                    stream = self._streams.get(topic)
                    if stream is not None:
                        self._take(topic, stream, seq, frame)
                    if workers > (stream is not None):
                        self._relay.publish(topic, seq, frame)
                self._settled += len(batch)
                self._has_settled.set()
                self._has_settled.clear()
        finally:
            self._sending = None

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

    def _deliver(self, topic: Topic, seq: int, lasting: bytes) -> None:
        frame, _, aside = lasting.partition(b"\n")
        closing, asker = _decode_aside(aside) if aside else (None, None)
        asking = None
        if asker is not None and asker.worker == self._relay.address:
            asking = self.asking.get(asker.socket)
        if asker is None or asking is None:
            self._hub.deliver(topic, with_seq(frame, seq))
            self._hub.deliver(_beside(topic), frame)
        else:
            answer = with_ref(frame, asker.ref)
            self._hub.deliver_answer(topic, with_seq(frame, seq), asking, with_seq(answer, seq))
            self._hub.deliver_answer(_beside(topic), frame, asking, answer)
        if closing is not None:
            self._hub.close(topic, closing)

    def pass_here(self, topic: Topic, packed: Passing | list[Any]) -> None:
        """Hand a passing frame to the topic's listeners on this worker alone."""
        self._hub.deliver_passing(topic, *packed)
        self._hub.deliver_passing(_beside(topic), *packed)

    def _is_heard(self, topic: Topic) -> bool:
        return topic in self._hub or _beside(topic) in self._hub

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
                return  # all have left; who has come since was told how things stand
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
                await self._begin_anew(topic)
            stream.early = {seq: frame for seq, frame in stream.early.items() if seq > stream.seq}
        except Down as problem:
            logger.warning("A stream could not be repaired yet: %s", problem)
        finally:
            stream.repairing = False

    async def _begin_anew(self, topic: Topic) -> None:
        """Send everybody a fresh snapshot. All are held before the first is made, so that none hears what
        follows the gap.
        """
        listeners = self._hub.resyncs(topic) + self._hub.resyncs(_beside(topic))
        results = await asyncio.gather(*[resync() for _, resync in listeners], return_exceptions=True)
        for (connection, _), result in zip(listeners, results, strict=True):
            if isinstance(result, Exception):
                note_failure(result, "Making a fresh snapshot")
                connection.close(TOO_SLOW, "no_snapshot")
