"""Frames and requests between workers: one channel-layer channel per process, batched per loop iteration.

Delivery is best effort: a dropped frame is detected by the gap in its stream, a dropped request by the
missing answer.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from itertools import count
from typing import Any

from channels.layers import get_channel_layer

from core import redis
from core.batching import Drain
from core.problems import log_failure
from core.redis import REDIS_ERRORS
from core.refusals import Refusal, Unavailable
from core.tasks import begin
from realtime.delivery import channels, groups
from realtime.wire.topics import Topic

logger = logging.getLogger(__name__)

PING_TIMEOUT_S = 0.5
# Checked once a second; a connection that was cut is restored within that time.
UNKNOWN_FOR_CHECKS = 3

Handler = Callable[[str, Any], Any]
_handlers: dict[str, Handler] = {}


def relayed(kind: str) -> Callable[[Handler], Handler]:
    """Register ``function(sender, payload)``, sync or async, for requests of this kind from other workers.

    Its return value (msgpack-able) is the answer to ``ask``; a refusal that it raises is raised there.
    """

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


@relayed("ping")
def _ping(sender: str, nothing: None) -> None:
    """Answer, and do nothing else."""


class Refused(Refusal):
    """A refusal raised by another worker, with its code and details."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts["message"], details=facts["details"], retry_after=facts["retry_after"])
        self.status, self.code = facts["status"], facts["code"]


class Relay:
    """This worker's channel. Other workers reach it by its ``address``."""

    def __init__(self, receive_frames: Callable[[Topic, list[Any]], None]) -> None:
        self._layer = get_channel_layer()
        self._receive_frames = receive_frames
        self._to_topics: dict[Topic, list[Any]] = defaultdict(list)
        self._to_workers: dict[str, list[Any]] = defaultdict(list)
        self._flushing = Drain(self._flush, lambda: self._to_topics or self._to_workers, "The relay")
        self._questions: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unknown = 0  # the number of consecutive checks
        self.address = ""
        self.batches = 0

    async def start(self) -> None:
        """Open the channel and start listening."""
        self.address = await self._layer.new_channel("worker.")
        self._listening = asyncio.create_task(self._listen(), name="relay")

    async def stop(self) -> None:
        """Close the channel."""
        self._flushing.cancel()
        for task in (self._listening, *self._tasks):
            task.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._layer.flush()

    async def check(self, listeners: int) -> None:
        """Reconnect if Redis has not counted this listener several times.

        That happens after a failover, while the connection to the old server may just stay silent.
        """
        self._unknown = 0 if listeners else self._unknown + 1
        if self._unknown == UNKNOWN_FOR_CHECKS:
            self._unknown = 0
            logger.warning("Redis does not know this listener: it connects anew")
            await groups.listen_anew(self._layer)

    async def join(self, topics: Iterable[Topic]) -> None:
        """Subscribe to these topics: receive their frames from other workers."""
        await groups.add(self._layer, map(channels.group, topics), self.address)

    async def leave(self, topic: Topic) -> None:
        """Unsubscribe from this topic."""
        await self._layer.group_discard(channels.group(topic), self.address)

    def publish(self, topic: Topic, seq: int | None, packed: Any) -> None:
        """Send a frame to the topic's listeners on other workers, in this loop iteration's batch."""
        self._to_topics[topic].append((seq, packed))
        self._flushing.wake()

    def tell(self, worker: str, kind: str, payload: Any) -> None:
        """Send a worker a request that needs no answer."""
        self._to_workers[worker].append((kind, 0, payload))
        self._flushing.wake()

    async def is_reachable(self, worker: str) -> bool:
        """Return whether the worker answers a ping; its lease may be missing while it is alive."""
        try:
            await self.ask(worker, "ping", None, within_s=PING_TIMEOUT_S)
        except Unavailable:
            return False
        return True

    async def ask(
        self, worker: str, kind: str, payload: Any, within_s: float = redis.ANSWER_TIMEOUT_S
    ) -> Any:
        """Send a worker a request and return its answer.

        Raises the refusal that the worker raised, or ``Unavailable`` if no answer arrived in time.
        """
        number = next(self._numbers)
        answer = self._questions[number] = asyncio.get_running_loop().create_future()
        self._to_workers[worker].append((kind, number, payload))
        self._flushing.wake()
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            raise Unavailable("The server that has this did not answer. Try again.", retry_after=1) from None
        finally:
            del self._questions[number]

    async def _flush(self) -> None:
        to_topics, self._to_topics = self._to_topics, defaultdict(list)
        to_workers, self._to_workers = self._to_workers, defaultdict(list)
        try:
            for topic, frames in to_topics.items():
                message = {"type": "relay", "from": self.address, "topic": topic, "frames": frames}
                await self._send(self._layer.group_send(channels.group(topic), message))
            for worker, requests in to_workers.items():
                # A request that was refused as too slow must not take effect later.
                wanted = [request for request in requests if self._is_wanted(*request)]
                if wanted:
                    message = {"type": "relay", "from": self.address, "requests": wanted}
                    await self._send(self._layer.send(worker, message))
        except REDIS_ERRORS as problem:
            logger.warning("The relay cannot reach Redis: %s", problem)

    def _is_wanted(self, kind: str, number: int, payload: Any) -> bool:
        return not number or kind in ("answer", "refusal") or number in self._questions

    async def _send(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(redis.ANSWER_TIMEOUT_S):
                await sending
        except REDIS_ERRORS:
            raise
        except Exception as problem:
            # It contains something that msgpack cannot encode, such as a datetime in a refusal's details.
            log_failure(problem, "Sending to other workers")
        else:
            self.batches += 1

    async def _listen(self) -> None:
        while True:
            message = await self._layer.receive(self.address)
            if message.get("type") != "relay" or message["from"] == self.address:
                continue
            try:
                if "topic" in message:
                    self._receive_frames(message["topic"], message["frames"])
                else:
                    self._receive_requests(message["from"], message["requests"])
            except Exception:
                logger.exception("A message from another worker could not be handled")

    def _receive_requests(self, sender: str, requests: list[Any]) -> None:
        for kind, number, payload in requests:
            if kind == "answer":
                question = self._questions.get(number)
                if question is not None and not question.done():
                    question.set_result(payload)
            elif kind == "refusal":
                question = self._questions.get(number)
                if question is not None and not question.done():
                    question.set_exception(Refused(payload))
            else:
                self._handle(sender, kind, number, payload)

    def _handle(self, sender: str, kind: str, number: int, payload: Any) -> None:
        try:
            outcome = _handlers[kind](sender, payload)
        except Exception as problem:
            self._answer(sender, number, problem)
            return
        if isinstance(outcome, Awaitable):
            begin(self._finish(sender, number, outcome), self._tasks, "Answering another worker")
        else:
            self._answer(sender, number, outcome)

    async def _finish(self, sender: str, number: int, outcome: Awaitable[Any]) -> None:
        try:
            answer = await outcome
        except Exception as problem:
            answer = problem
        self._answer(sender, number, answer)

    def _answer(self, sender: str, number: int, outcome: Any) -> None:
        if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
            log_failure(outcome, "A request from another worker")
            outcome = Unavailable("That failed on the server that has it.")
        if not number:
            return
        if isinstance(outcome, Refusal):
            facts = {
                "status": outcome.status,
                "code": outcome.code,
                "message": outcome.message,
                "details": outcome.details,
                "retry_after": outcome.retry_after,
            }
            self._to_workers[sender].append(("refusal", number, facts))
        else:
            self._to_workers[sender].append(("answer", number, outcome))
        self._flushing.wake()
