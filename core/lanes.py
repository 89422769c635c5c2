"""Lanes: thread pools with bounded queues, so that one kind of work never delays another."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from prometheus_client import Counter, Gauge

from core.refusals import Unavailable

_waiting = Gauge("http_requests_waiting", "Requests that wait for a thread", ["lane"])
_rejected = Counter("http_requests_rejected_total", "Requests refused because too many waited", ["lane"])

SMALL_BODY = 16 * 1024
"""A body so short is no more than the connection costs that it comes on."""


class Lane:
    """Runs at most ``threads`` calls at once, with ``max_waiting`` more in a FIFO queue.

    Beyond that :meth:`submit` raises ``busy``. Request bodies longer than ``SMALL_BODY`` may take at most
    ``max_held`` bytes together, including partly received ones, and such responses ``max_sent`` until their
    clients have read them.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        max_waiting: int,
        max_held: int = 16 << 20,
        max_sent: int = 64 << 20,
        busy: type[Unavailable] = Unavailable,
    ) -> None:
        self.name = name
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places = threads + max_waiting
        self._max_held = max_held
        self._max_sent = max_sent
        self._sent = 0
        self._busy = busy
        self._lock = threading.Lock()
        self._waiting: dict[Future[Any], Callable[[], Any]] = {}
        self._running = 0
        # Pool submissions whose calls were cancelled. The next calls reuse them; otherwise the pool's own
        # queue would grow with each cancelled call.
        self._spare = 0
        _waiting.labels(name).set_function(lambda: self.waiting)
        self._rejected = _rejected.labels(name)
        self.held = 0
        """Bytes of bodies that are not small."""

    @property
    def waiting(self) -> int:
        """The number of calls waiting for a thread."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether a new call would have to wait."""
        return self._running + len(self._waiting) >= self.threads

    def submit(self, call: Callable[[], Any], *, is_begun: bool = False) -> Future[Any]:
        """Run the call once a thread is free; it never runs if the returned future is cancelled before.

        It is never refused if it ``is_begun``: the next step of something that was admitted before.
        """
        future: Future[Any] = Future()
        with self._lock:
            if not is_begun and self._running + len(self._waiting) >= self._places:
                self._rejected.inc()
                raise self._busy(retry_after=1)
            self._waiting[future] = call
            is_asked_for = self._spare > 0
            if is_asked_for:
                self._spare -= 1
        future.add_done_callback(self._drop)
        if not is_asked_for:
            self.pool.submit(self._run_next)
        return future

    def _drop(self, future: Future[Any]) -> None:
        with self._lock:
            if self._waiting.pop(future, None) is not None:
                self._spare += 1

    def _run_next(self) -> None:
        with self._lock:
            if not self._waiting:
                self._spare -= 1
                return
            future = next(iter(self._waiting))
            call = self._waiting.pop(future)
            self._running += 1
        if not future.set_running_or_notify_cancel():
            self._leave()
            return
        try:
            result = call()
        except BaseException as problem:
            self._leave()
            future.set_exception(problem)
        else:
            self._leave()
            future.set_result(result)

    def _leave(self) -> None:
        # Before the result is set, so that whoever waits for it finds the place free.
        with self._lock:
            self._running -= 1

    def hold(self, before: int, size: int) -> None:
        """Reserve memory for a body that grows from ``before`` to ``size`` bytes, or raise ``busy``."""
        more = _counted(size) - _counted(before)
        with self._lock:
            if more and self.held + more > self._max_held:
                raise self._busy(retry_after=1)
            self.held += more

    def let_go(self, size: int) -> None:
        """Release the memory of a body."""
        with self._lock:
            self.held -= _counted(size)

    @contextmanager
    def sending(self, size: int) -> Iterator[None]:
        """Reserve memory for a response of this size while it is sent, or raise ``busy``."""
        size = _counted(size)
        with self._lock:
            if size and self._sent + size > self._max_sent:
                raise self._busy(retry_after=1)
            self._sent += size
        try:
            yield
        finally:
            with self._lock:
                self._sent -= size


STRANGERS = Lane("strangers", threads=2, max_waiting=256)
"""For all that asks for no token and hashes no password, over HTTP and on sockets."""


def _counted(size: int) -> int:
    return size if size > SMALL_BODY else 0
