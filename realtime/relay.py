"""Frames and requests between workers: one channel-layer channel per process, batched per turn of the loop.

The layer is a hint, never the truth: what it drops is found by the gap it leaves in a stream, or by a request
that is not answered.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from itertools import count
from typing import Any

from channels.layers import get_channel_layer
from redis.asyncio import Redis

from core.batching import Drain
from core.problems import note_failure
from core.refusals import Refusal, Unavailable
from realtime import groups, redis
from realtime.redis import Down
from realtime.tasks import begin
from realtime.topics import Topic

logger = logging.getLogger(__name__)

PING_WITHIN_S = 0.5
# Twice a second; a connection that was cut comes back by itself within that time.
UNKNOWN_FOR_CHECKS = 5

Handler = Callable[[str, Any], Any]
_handlers: dict[str, Handler] = {}


def relayed(kind: str) -> Callable[[Handler], Handler]:
    """Handle requests of this kind from other workers: ``function(sender, payload)``, plain or async.

    What it returns (msgpack-able) is the answer to ``ask``; a refusal it raises is raised there.
    """

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


@relayed("ping")
def _ping(sender: str, nothing: None) -> None:
    """Answering is all there is to it."""


class Refused(Refusal):
    """A refusal that came from another worker, as it was there."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts["message"], details=facts["details"], retry_after=facts["retry_after"])
        self.status, self.code = facts["status"], facts["code"]


class Relay:
    """This worker's channel: ``address`` is its name, by which other workers reach it."""

    def __init__(self, receive_frames: Callable[[Topic, list[Any]], None]) -> None:
        self._layer = get_channel_layer()
        self._receive_frames = receive_frames
        self._to_topics: dict[Topic, list[Any]] = defaultdict(list)
        self._to_workers: dict[str, list[Any]] = defaultdict(list)
        self._flushing = Drain(self._flush, lambda: self._to_topics or self._to_workers, "The relay")
        self._questions: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unknown = 0  # for how many checks
        self.address = ""
        self.batches = 0

    async def start(self) -> None:
        """Open the channel and listen."""
        self.address = await self._layer.new_channel("worker.")
        self._listening = asyncio.create_task(self._listen(), name="relay")

    async def stop(self) -> None:
        """Close the channel."""
        self._flushing.cancel()
        for task in (self._listening, *self._tasks):
            task.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._layer.flush()

    async def check(self, redis: Redis) -> None:
        """Listen anew if Redis has not known of this listener for some checks.

        A Redis that took another's place does not, while the connection to the other may just stay silent.
        """
        ((_, listeners),) = await redis.pubsub_numsub(self.address)
        self._unknown = 0 if listeners else self._unknown + 1
        if self._unknown == UNKNOWN_FOR_CHECKS:
            self._unknown = 0
            logger.warning("Redis does not know this listener: it connects anew")
            await groups.listen_anew(self._layer)

    async def join(self, topics: Iterable[Topic]) -> None:
        """Receive the frames of these topics from other workers."""
        await groups.add(self._layer, topics, self.address)

    async def leave(self, topic: Topic) -> None:
        """Receive them no more."""
        await self._layer.group_discard(topic, self.address)

    def publish(self, topic: Topic, seq: int | None, packed: Any) -> None:
        """Send a frame to the topic's listeners on other workers, with all else of this turn."""
        self._to_topics[topic].append((seq, packed))
        self._flushing.wake()

    def tell(self, worker: str, kind: str, payload: Any) -> None:
        """Send one worker a request that needs no answer."""
        self._to_workers[worker].append((kind, 0, payload))
        self._flushing.wake()

    async def is_there(self, worker: str) -> bool:
        """Whether the worker answers at once: its lease may only have been forgotten."""
        try:
            await self.ask(worker, "ping", None, within_s=PING_WITHIN_S)
        except Unavailable:
            return False
        return True

    async def ask(self, worker: str, kind: str, payload: Any, within_s: float = redis.ANSWER_WITHIN_S) -> Any:
        """Send one worker a request and wait for its answer.

        Raises the refusal that the other raised, or ``Unavailable`` if no answer came in time.
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
                await self._send(self._layer.group_send(topic, message))
            for worker, requests in to_workers.items():
                # Who was refused because it took too long must not find it done later.
                wanted = [request for request in requests if self._is_wanted(*request)]
                if wanted:
                    message = {"type": "relay", "from": self.address, "requests": wanted}
                    await self._send(self._layer.send(worker, message))
        except Down as problem:
            logger.warning("The relay cannot reach Redis: %s", problem)

    def _is_wanted(self, kind: str, number: int, payload: Any) -> bool:
        return not number or kind in ("answer", "refusal") or number in self._questions

    async def _send(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(redis.ANSWER_WITHIN_S):
                await sending
        except Down:
            raise
        except Exception as problem:
            # It holds what cannot be packed, such as a moment in a refusal's details.
            note_failure(problem, "Sending to other workers")
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
            note_failure(outcome, "A request from another worker")
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
