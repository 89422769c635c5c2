"""Batching: items that arrive while one batch runs go into the next one.

The journal (``game.live.journal``) and the streams of ``realtime`` have loops of their own: they are on the
path of every move and tuned by measurement.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from typing import Generic, NamedTuple, TypeVar

from django.db import connection

from core.database import submit
from core.problems import UNREACHABLE, log_failure

logger = logging.getLogger(__name__)

RETRY_S = 0.5
MAX_GATHERING_S = 0.02
MAX_THREADED_CALLS = 100
"""Maximum calls in one transaction: bounded by SQLite's statement length, and keeps waits short."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Run = Callable[[list[Item]], Awaitable[Sequence[Result | BaseException]]]
Read = Callable[[list[Key]], Awaitable[Mapping[Key, Result | BaseException]]]
RunThreaded = Callable[[str, Sequence[Item]], Sequence[Result | Exception]]
Announce = Callable[[dict[Key, Value | None]], Awaitable[Mapping[Key, Value]]]


class Drain:
    """Runs ``step`` in a task of its own, repeatedly while ``has_more()``; never two at a time.

    A step that raises one of ``retry_on`` is run again after a pause; it must have put back the items it
    took. Any other exception is logged as a failure of ``what``, and the next :meth:`wake` starts again.
    """

    def __init__(
        self,
        step: Callable[[], Awaitable[None]],
        has_more: Callable[[], object],
        what: str,
        retry_on: tuple[type[Exception], ...] = (),
    ) -> None:
        self._step = step
        self._has_more = has_more
        self._what = what
        self._retry_on = retry_on
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Start the task unless it is running. Must be called on the event loop."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._run())

    def cancel(self) -> None:
        """Cancel the task and drop the remaining work."""
        if self._task is not None:
            self._task.cancel()

    async def idle(self) -> None:
        """Wait until nothing is left to do."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._has_more():
                try:
                    await self._step()
                except self._retry_on as problem:
                    logger.warning("%s failed and will be retried: %s", self._what, problem)
                    await asyncio.sleep(RETRY_S)
        except Exception as problem:
            log_failure(problem, self._what)
        finally:
            self._task = None


class Batcher(Generic[Item, Result]):
    """Groups awaitable calls into batches: ``await batcher(item)`` returns the item's own result.

    ``run(items)`` gets at most ``size`` items, in call order, and returns one result or exception for each;
    an exception that it raises goes to all of them. A batch starts as soon as an iteration of the event loop
    adds no item: at once for a single caller, after at most ``MAX_GATHERING_S`` for a crowd.
    """

    def __init__(self, run: Run[Item, Result], *, size: int, what: str) -> None:
        self._run = run
        self._size = size
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._drain = Drain(self._run_batch, lambda: self._waiting, what)

    async def __call__(self, item: Item) -> Result:
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        self._drain.wake()
        return await result

    async def idle(self) -> None:
        """Wait until the queue is empty."""
        await self._drain.idle()

    async def _gather(self) -> None:
        """Wait while more items arrive."""
        clock = asyncio.get_running_loop().time
        until, gathered = clock() + MAX_GATHERING_S, 0
        while gathered < len(self._waiting) < self._size and clock() < until:
            gathered = len(self._waiting)
            await asyncio.sleep(0)

    async def _run_batch(self) -> None:
        await self._gather()
        loop = asyncio.get_running_loop()
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._size))]
        # Nobody awaits items of an earlier event loop any more.
        batch = [(item, result) for item, result in batch if result.get_loop() is loop]
        try:
            results = await self._run([item for item, _ in batch])
        except Exception as problem:
            results = [problem] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue  # its caller was cancelled
            if isinstance(result, BaseException):
                future.set_exception(result)
                future.exception()  # its caller may be cancelled before looking at it
            else:
                future.set_result(result)


class BatchLoader(Generic[Key, Result]):
    """Collects single lookups and answers them with one query: ``await loader(key)``.

    ``read(keys)`` gets the distinct keys of all waiting callers and returns a value or an exception for each.
    It always starts after the call that it answers, so results are never stale. Two thousand sockets that
    open at once cost only some dozens of queries.
    """

    def __init__(self, read: Read[Key, Result]) -> None:
        self._read = read
        self._batcher: Batcher[Key, Result] = Batcher(self._run, size=1_000_000, what="A lookup")

    async def __call__(self, key: Key) -> Result:
        return await self._batcher(key)

    async def idle(self) -> None:
        """Wait until every pending lookup is answered."""
        await self._batcher.idle()

    async def _run(self, keys: list[Key]) -> list[Result | BaseException]:
        found = await self._read(list(dict.fromkeys(keys)))
        return [found[key] for key in keys]


def one_by_one(read: Callable[[Key], Awaitable[Result]]) -> Read[Key, Result]:
    """Return a ``read`` for :class:`BatchLoader` that reads every key separately and concurrently."""

    async def read_all(keys: list[Key]) -> Mapping[Key, Result | BaseException]:
        results = await asyncio.gather(*map(read, keys), return_exceptions=True)
        return dict(zip(keys, results, strict=True))

    return read_all


class Announcer(Generic[Key, Value]):
    """Announces changed values, and checks again until the last announcement is still true.

    :meth:`changed` marks a key. ``announce(batch)`` gets at most ``size`` keys with the value announced last
    (None: announce unconditionally), announces the current values that differ and returns them. Every key is
    then read once more: when two processes announce at the same moment, the one with the older value may be
    delivered last.
    """

    def __init__(
        self,
        announce: Announce[Key, Value],
        *,
        size: int,
        what: str,
        retry_on: tuple[type[Exception], ...],
    ) -> None:
        self._announce = announce
        self._size = size
        self._retry_on = retry_on
        self._pending: dict[Key, Value | None] = {}
        self._drain = Drain(self._announce_batch, lambda: self._pending, what, retry_on)

    def changed(self, key: Key) -> None:
        """Mark the key's value as changed. Like the whole class, for use on the event loop."""
        self._pending[key] = None
        self._drain.wake()

    def announced(self, key: Key, value: Value) -> None:
        """Schedule a check that this just announced value is still true."""
        if self._pending.setdefault(key, value) != value:
            self._pending[key] = None  # two values were announced, in unknown order of delivery
        self._drain.wake()

    async def idle(self) -> None:
        """Wait until every change is announced."""
        await self._drain.idle()

    async def _announce_batch(self) -> None:
        batch = {key: self._pending.pop(key) for key in list(self._pending)[: self._size]}
        try:
            announced = await self._announce(batch)
        except self._retry_on:
            self._pending = batch | self._pending
            raise
        for key, value in announced.items():
            self.announced(key, value)


class _ThreadedCall(NamedTuple, Generic[Item, Result]):
    item: Item
    result: Future[Result]


class ThreadedBatcher(Generic[Item, Result]):
    """A :class:`Batcher` for synchronous code: ``run(key, items)`` handles all items in one transaction.

    It runs on a database thread, one batch at a time per key, and returns one result or exception for each
    item. If it raises, the items are run one by one, so that one bad item does not fail the others.
    """

    def __init__(self, run: RunThreaded[Item, Result]) -> None:
        self._run = run
        self._guard = threading.Lock()
        self._waiting: dict[str, deque[_ThreadedCall[Item, Result]]] = {}
        """The calls that are in no batch yet, by the keys of which a batch runs."""

    def __call__(self, key: str, item: Item) -> Result:
        """Return the item's result. Must not be called on a database thread outside a transaction."""
        if not connection.in_atomic_block:
            return self.soon(key, item).result()
        # This transaction may be rolled back, so it must not contain other callers' items.
        (result,) = self._run(key, [item])
        if isinstance(result, Exception):
            raise result
        return result

    def soon(self, key: str, item: Item) -> Future[Result]:
        """Return a future of the item's result. A caller that stops waiting cancels nothing."""
        call = _ThreadedCall(item, Future[Result]())
        call.result.set_running_or_notify_cancel()
        with self._guard:
            waiting = self._waiting.get(key)
            if waiting is not None:
                waiting.append(call)
                return call.result
            self._waiting[key] = deque([call])
        submit(self._run_batch, key)
        return call.result

    def _run_batch(self, key: str) -> None:
        with self._guard:
            waiting = self._waiting[key]
            calls = [waiting.popleft() for _ in range(min(len(waiting), MAX_THREADED_CALLS))]
        results = self._results(key, [call.item for call in calls])
        with self._guard:
            if waiting:
                submit(self._run_batch, key)
            else:
                del self._waiting[key]
        for call, result in zip(calls, results, strict=True):
            if isinstance(result, Exception):
                call.result.set_exception(result)
            else:
                call.result.set_result(result)

    def _results(self, key: str, items: Sequence[Item]) -> Sequence[Result | Exception]:
        try:
            return self._run(key, items)
        except Exception as problem:
            if len(items) == 1 or isinstance(problem, UNREACHABLE):
                return [problem] * len(items)
        return [self._results(key, [item])[0] for item in items]
