"""This server process: its loop, its kernel, its background tasks, its lease in Redis, its way to the
database.
"""

import asyncio
import contextvars
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

from django.conf import settings
from django.db import Error, close_old_connections, transaction

from core.embedded import valkey
from core.status import NotReady, readiness
from realtime.admission import Admission
from realtime.hub import Hub
from realtime.presence import Presence
from realtime.redis import Down, connect
from realtime.relay import Relay
from realtime.server.lanes import Lane
from realtime.sockets import Sockets
from realtime.streams import AUDIT_EVERY_S, Streams
from realtime.topics import Topic

logger = logging.getLogger(__name__)

DATABASE_THREADS = 8
LEASE_S = 2.0
SILENT_S = 10.0
RENEW_EVERY_S = 0.5
BELIEVED_DEAD_S = 1.0

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Background = Callable[[], Awaitable[None]]

AWAY: tuple[type[Exception], ...] = (Error, *Down)
"""What work that is done again and again waits out."""

_backgrounds: list[Background] = []
_stops: list[Background] = []
_current: "Worker | None" = None
_database = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database")


class Worker:
    """The kernel of one server process; all parts live on its event loop.

    ``id`` is the relay's address, so a worker is reached by its id. While its lease ``worker:<id>`` stands
    in Redis, what it owns is its own. ``beat`` is when it last looked after that lease.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        self.redis = connect()
        self.hub = Hub()
        self.relay = Relay(self._receive_frames)
        self.presence = Presence(self.redis, self.relay)
        self.sockets = Sockets(self.presence)
        self.streams = Streams(self.redis, self.relay, self.hub)
        self.admission = Admission()
        self._tasks: list[asyncio.Task[None]] = []
        self.beat = time.monotonic()

    @property
    def id(self) -> str:
        return self.relay.address

    def is_here(self) -> bool:
        """Whether the caller runs on this worker's loop."""
        return threading.get_ident() == self.thread

    async def start(self) -> None:
        await self.relay.start()
        await self.redis.set(lease_key(self.id), 1, px=int(LEASE_S * 1000))
        ours = (
            self._keep_lease,
            self._audit_streams,
            self.sockets.watch,
            self.presence.keep,
            self.presence.tell,
        )
        for task in (*ours, *_backgrounds):
            self._tasks.append(asyncio.create_task(_for_life(task), name=task.__qualname__))

    async def stop(self) -> None:
        for stop in _stops:
            await stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.presence.stop()
        try:
            await self.redis.delete(lease_key(self.id))
        except Down:
            logger.warning("The lease is left to run out: Redis is away")
        await self.relay.stop()
        await self.redis.aclose()

    async def alive(self, workers: Iterable[str]) -> set[str]:
        """Those of these workers that have a lease and listen to the relay: one that was killed still has
        its lease for a while.
        """
        names = list(set(workers))
        if not names:
            return set()
        pipe = self.redis.pipeline(transaction=False)
        pipe.mget([lease_key(name) for name in names])
        pipe.pubsub_numsub(*names)
        leases, listening = await pipe.execute()
        return {
            name
            for name, lease, (_, listeners) in zip(names, leases, listening, strict=True)
            if lease is not None and listeners
        }

    async def gone(self, workers: Iterable[str]) -> set[str]:
        """Those of these workers that are dead: not alive, nor a moment later, and not answering.

        A Redis that comes back empty has no leases yet, and the relay needs a moment to be whole again.
        """
        others = set(workers) - {self.id}
        suspects = others - await self.alive(others)
        if not suspects:
            return set()
        await asyncio.sleep(BELIEVED_DEAD_S)
        suspects -= await self.alive(suspects)
        answers = await asyncio.gather(*map(self.relay.is_there, suspects))
        return {suspect for suspect, is_there in zip(suspects, answers, strict=True) if not is_there}

    def _receive_frames(self, topic: Topic, frames: list[Any]) -> None:
        self.streams.receive(topic, frames)

    async def _keep_lease(self) -> None:
        while True:
            self.beat = time.monotonic()
            try:
                await self.redis.set(lease_key(self.id), 1, px=int(LEASE_S * 1000))
                await self.relay.check(self.redis)
            except Down as problem:
                logger.warning("The lease could not be renewed: %s", problem)
                await asyncio.to_thread(valkey.ensure_running, settings.REDIS_URL)
            await asyncio.sleep(RENEW_EVERY_S)

    async def _audit_streams(self) -> None:
        while True:
            await asyncio.sleep(AUDIT_EVERY_S)
            try:
                await self.streams.audit()
            except Down as problem:
                logger.warning("Streams could not be audited: %s", problem)


def lease_key(worker_id: str) -> str:
    """The Redis key that stands while this worker lives."""
    return f"worker:{worker_id}"


async def _for_life(task: Background) -> None:
    while True:
        try:
            await task()
            return
        except Exception:
            logger.exception("A background task failed and is started again")
            await asyncio.sleep(1)


@readiness("worker")
def _check_beat() -> None:
    if _current is not None and time.monotonic() - _current.beat > SILENT_S:
        raise NotReady("the worker's background tasks have stopped")


def background(function: Background) -> Background:
    """Run this coroutine function in every server process, for its life; it is started again if it fails."""
    _backgrounds.append(function)
    return function


def every(seconds: float) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Call this function, which uses the ORM, every ``seconds`` in every server process."""

    def register(function: Callable[[], T]) -> Callable[[], T]:
        async def repeat() -> None:
            waits = False
            while True:
                await asyncio.sleep(seconds)
                try:
                    await in_database(function)
                    waits = False
                except AWAY as problem:
                    # Once: some come four times a second.
                    if not waits:
                        logger.warning("%s waits: %s", function.__module__, problem)
                    waits = True

        repeat.__module__ = function.__module__
        repeat.__qualname__ = f"{function.__module__}.{function.__qualname__}"
        background(repeat)
        return function

    return register


def at_stop(function: Background) -> Background:
    """Run this coroutine function when a server process stops in good order, before its parts go."""
    _stops.append(function)
    return function


def current() -> Worker:
    """The worker of this process; only where one runs."""
    if _current is None:
        raise RuntimeError("No worker runs in this process")
    return _current


def running() -> Worker | None:
    """The worker of this process, if it is a server."""
    return _current


async def start() -> Worker:
    """Start this process's worker, or give the one that runs on this loop.

    Called by the server's lifespan, and by the first request under servers that have none.
    """
    global _current
    loop = asyncio.get_running_loop()
    starting: asyncio.Task[Worker] | None = getattr(loop, "_worker_starting", None)
    if _current is not None and _current.loop is loop:
        return _current
    if starting is None:
        starting = asyncio.create_task(_start())
        loop._worker_starting = starting  # type: ignore[attr-defined]
    return await asyncio.shield(starting)


async def _start() -> Worker:
    global _current
    worker = Worker()
    await worker.start()
    _current = worker
    return worker


async def stop() -> None:
    """Stop this process's worker."""
    global _current
    worker = _current
    if worker is not None:
        await worker.stop()
        _current = None
        worker.loop._worker_starting = None  # type: ignore[attr-defined]


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run synchronous code that uses the ORM on the bounded pool of database threads."""
    return await asyncio.wrap_future(submit(function, *args, **kwargs))


async def in_lane(lane: Lane, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """:func:`in_database` on the threads of a lane; who stops waiting before it has begun drops it."""
    return await asyncio.wrap_future(lane.submit(_call(function, *args, **kwargs)))


def submit(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """:func:`in_database` for any thread; not to be waited for in one of that pool."""
    return _database.submit(_call(function, *args, **kwargs))


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    """The call in the caller's context, for another thread."""
    context = contextvars.copy_context()
    return partial(context.run, _with_clean_connections, partial(function, *args, **kwargs))


def once_committed(
    function: Callable[[*Ts], object], *args: *Ts, outside: Callable[[], object] | None = None
) -> None:
    """Call this on the worker's loop once the transaction commits; for synchronous code on any thread.

    In a process that is no server, such as a management command, ``outside`` is called in its place.
    """

    def hand_over() -> None:
        if _current is not None:
            _current.loop.call_soon_threadsafe(function, *args)
        elif outside is not None:
            outside()

    transaction.on_commit(hand_over, robust=True)


def _with_clean_connections(call: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
