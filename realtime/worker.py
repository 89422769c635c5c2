"""The worker: the life of one server process, its parts and its lease in Redis."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, TypeVarTuple, cast

from django.db import transaction
from redis.asyncio import Redis

from core import background, heartbeats, redis
from core.background import STORE_ERRORS
from core.database import in_database
from core.embedded import valkey
from core.redis import REDIS_ERRORS, Role
from core.status import NotReady, beat_and_check, readiness
from realtime import metrics, systemd
from realtime.connections.admission import Admission
from realtime.connections.registry import Sockets
from realtime.delivery.hub import Hub
from realtime.delivery.relay import Relay, relayed
from realtime.delivery.streams import AUDIT_EVERY_S, Streams
from realtime.membership.leases import Leases
from realtime.membership.presence import Presence
from realtime.wire.close_codes import CloseCode
from realtime.wire.topics import Topic

logger = logging.getLogger(__name__)

SILENT_S = 10.0
BEAT_EVERY_S = 0.5
REACHABLE_TIMEOUT_S = 3.0
RENEW_EVERY_S = 1.0
BELIEVED_DEAD_S = 1.0
IN_TOUCH_FOR_S = 2.0
SWEEP_EVERY_S = 60.0
RETRY_S = 1.0

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_current: "Worker | None" = None
_listening: "Worker | None" = None
"""The worker that accepts calls from threads; None once it stops."""
_handing_over = threading.Lock()
_outside: dict[Callable[[], Any], Any] = {}
"""The parts of a process without a worker."""


class Worker:
    """The core of one server process; all its parts live on its event loop.

    ``id`` is the relay's address, so a worker is reached by its id. As long as its lease stands in Redis
    (``leases``), it owns its rooms. ``beat`` is the loop's last heartbeat. ``elected`` is the id of the
    worker that does what one does for all.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        self._redis: dict[str, Redis] = {}  # by address
        self.redis = self.redis_of(Role.MAIN)
        self._leases = Leases(self.redis_of(Role.RELAY))
        self.hub = Hub()
        self.relay = Relay(self._receive_frames)
        self.presence = Presence(self.redis_of(Role.PRESENCE), self.relay)
        self.sockets = Sockets(self.presence.arrived, self.presence.left)
        self.streams = Streams(self.redis_of(Role.STREAMS), self.relay, self.hub)
        self.admission = Admission()
        self._parts: dict[Callable[[], Any], Any] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.beat = time.monotonic()
        self.is_stopping = False
        self.is_draining = False
        """True while it takes no new sockets and rooms (see ``core.draining``)."""
        self.elected = ""
        self._in_touch_until = float("-inf")
        self._suspects: set[str] = set()
        self._sweep_due = asyncio.Event()
        self.health: dict[str, str] = {}
        """The latest results of the checks of ``/health/ready``."""

    @property
    def id(self) -> str:
        return self.relay.address

    def redis_of(self, role: Role) -> Redis:
        """Return this worker's client of the Redis in this role."""
        if (client := self._redis.get(redis.url(role))) is None:
            client = self._redis[redis.url(role)] = redis.connect(role)
        return client

    def is_here(self) -> bool:
        """Return whether the caller runs on this worker's loop."""
        return threading.get_ident() == self.thread

    def part(self, kind: Callable[[], T]) -> T:
        """Return this worker's only instance of ``kind``, created at first use: an app's in-memory state."""
        return _only(kind, self._parts)

    async def start(self) -> None:
        await self.relay.start()
        await self._renew()
        ours = (
            self._keep_beat,
            self._keep_lease,
            self._sweep_for_all,
            self._note_heartbeat,
            self._audit_streams,
            self.sockets.watch,
            self.presence.keep,
            self.presence.announce,
        )
        for task in (*ours, *background.tasks):
            self._tasks.append(asyncio.create_task(background.run_for_life(task), name=task.__qualname__))

    async def stop(self) -> None:
        self.is_stopping = True
        for stop in background.stops:
            await stop()
        await self._tell_what_is_committed()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.presence.stop()
        try:
            # It stays among the workers, so that the elected one looks for what it has left.
            await self._leases.end(self.id)
        except REDIS_ERRORS:
            logger.warning("The lease is left to run out: Redis is away")
        await self.relay.stop()
        for client in self._redis.values():
            await client.aclose()

    @property
    def is_in_touch(self) -> bool:
        """Return whether Redis answered lately and sends this worker what others tell it."""
        return time.monotonic() < self._in_touch_until

    def sweep_soon(self) -> None:
        """Let the elected worker look for what nobody has."""
        if self.elected == self.id:
            self._sweep_due.set()
        else:
            self.relay.tell(self.elected, "worker.sweep", None)

    async def alive(self, workers: Iterable[str], *, takes_rooms: bool = False) -> set[str]:
        """Return the workers among these that have a lease and listen to the relay.

        A worker that was killed still has its lease for a while. With ``takes_rooms`` those that drain are
        left out.
        """
        names = list(set(workers))
        if not names:
            return set()
        return await self._leases.alive(names, takes_rooms=takes_rooms)

    async def gone(self, workers: Iterable[str]) -> set[str]:
        """Return the dead workers among these: twice found not alive, and not answering a ping.

        A Redis that comes back empty has no leases yet, and the relay needs a moment to reconnect.
        """
        others = set(workers) - {self.id}
        suspects = others - await self.alive(others)
        if not suspects:
            return set()
        await asyncio.sleep(BELIEVED_DEAD_S)
        suspects -= await self.alive(suspects)
        answers = await asyncio.gather(*map(self.relay.is_reachable, suspects))
        return {suspect for suspect, is_there in zip(suspects, answers, strict=True) if not is_there}

    def _receive_frames(self, topic: Topic, frames: list[Any]) -> None:
        self.streams.receive(topic, frames)

    async def _tell_what_is_committed(self) -> None:
        """Publish all events handed over by threads; from now on, threads publish by themselves.

        Listeners detect events that can no longer be sent by the gap in the stream.
        """
        global _listening
        with _handing_over:
            _listening = None
        # Calls that were handed over before run first.
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(REACHABLE_TIMEOUT_S):
                await self.streams.sent()
        except TimeoutError:
            logger.error("Events were not published: Redis is unavailable while the worker stops")

    async def _keep_beat(self) -> None:
        while True:
            began = time.monotonic()
            self.beat = began
            systemd.notify("WATCHDOG=1")
            await asyncio.sleep(BEAT_EVERY_S)
            metrics.loop_lag.observe(max(0.0, time.monotonic() - began - BEAT_EVERY_S))

    async def _note_heartbeat(self) -> None:
        while True:
            await asyncio.sleep(heartbeats.EVERY_S)
            self.health, is_draining = await in_database(beat_and_check, self.id)
            if is_draining is not None:
                self.is_draining = is_draining
            if self.is_draining:
                await self._drain()

    async def _drain(self) -> None:
        """Hand over what this worker has; what fails now is done after the next heartbeat."""
        try:
            await self._renew()
            for drain in background.drains:
                await drain()
        except STORE_ERRORS as problem:
            logger.warning("The worker drains later: %s", problem)
        await self.sockets.close_all(CloseCode.RESTARTED, "draining")

    async def _keep_lease(self) -> None:
        while True:
            try:
                await self._renew()
            except REDIS_ERRORS as problem:
                background.role.is_elected = True
                logger.warning("The lease could not be renewed: %s", problem)
                await asyncio.to_thread(valkey.ensure_running, redis.url(Role.RELAY))
            await asyncio.sleep(RENEW_EVERY_S)

    async def _renew(self) -> None:
        began = time.monotonic()
        stood, listeners, elected, suspects = await self._leases.renew(self.id, is_draining=self.is_draining)
        if listeners:
            self._in_touch_until = began + IN_TOUCH_FOR_S
        if not stood:
            # Redis may have been emptied, or has just started.
            self.presence.beat_soon()
        was_elected, self.elected = self.elected == self.id, elected
        background.role.is_elected = self.elected == self.id
        self._suspects = suspects
        if self._suspects or (background.role.is_elected and not (stood and was_elected)):
            self._sweep_due.set()
        await self.relay.check(listeners)

    async def _sweep_for_all(self) -> None:
        """Call what looks for the remains of dead workers, if this worker is the elected one."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_EVERY_S):
                    await self._sweep_due.wait()
            self._sweep_due.clear()
            if not background.role.is_elected:
                continue
            suspects = self._suspects
            try:
                gone = await self.gone(suspects)
                if suspects and not gone:
                    continue
                await asyncio.gather(*(sweep() for sweep in background.sweeps))
                if gone:
                    await self._leases.forget(gone)
            except STORE_ERRORS as problem:
                logger.warning("What dead workers have left waits: %s", problem)
                await asyncio.sleep(RETRY_S)
                self._sweep_due.set()
            except Exception:
                self._sweep_due.set()
                raise

    async def _audit_streams(self) -> None:
        while True:
            await asyncio.sleep(AUDIT_EVERY_S)
            try:
                await self.streams.audit()
            except REDIS_ERRORS as problem:
                logger.warning("Streams could not be audited: %s", problem)


@relayed("worker.sweep")
def _sweep_soon(sender: str, nothing: None) -> None:
    current().sweep_soon()


@readiness("worker")
def _check_worker() -> None:
    here = _current
    if here is None:
        return
    if here.is_stopping:
        raise NotReady("the worker is stopping")
    if here.is_draining:
        raise NotReady("the worker is draining")
    if time.monotonic() - here.beat > SILENT_S:
        raise NotReady("the worker's loop stands still")


def current() -> Worker:
    """Return the worker of this process. Requires that one is running."""
    if _current is None:
        raise RuntimeError("No worker runs in this process")
    return _current


def running() -> Worker | None:
    """Return the worker of this process, or None if it is not a server."""
    return _current


def held(kind: Callable[[], T]) -> T:
    """Return the worker's part of this kind, or without a worker the process's: for caches of any thread."""
    here = _current
    return here.part(kind) if here is not None else _only(kind, _outside)


def _only(kind: Callable[[], T], among: dict[Callable[[], Any], Any]) -> T:
    if kind not in among:
        # Of two threads that create one at once, both get the first.
        among.setdefault(kind, kind())
    return cast(T, among[kind])


async def start() -> Worker:
    """Start this process's worker, or return the one that runs on this loop.

    Called by the server's lifespan, and by the first request under servers without lifespan support.
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
    global _current, _listening
    worker = Worker()
    await worker.start()
    _current = _listening = worker
    return worker


async def stop() -> None:
    """Stop this process's worker."""
    global _current
    worker = _current
    if worker is not None:
        await worker.stop()
        _current = None
        worker.loop._worker_starting = None  # type: ignore[attr-defined]


def once_committed(
    function: Callable[[*Ts], object], *args: *Ts, outside: Callable[[], object] | None = None
) -> None:
    """Call the function on the worker's loop once the transaction commits; for sync code on any thread.

    In a process without a worker, such as a management command, ``outside`` is called instead.
    """

    def hand_over() -> None:
        with _handing_over:
            here = _listening
            if here is not None:
                here.loop.call_soon_threadsafe(function, *args)
        if here is None and outside is not None:
            outside()

    transaction.on_commit(hand_over, robust=True)
