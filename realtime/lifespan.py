"""Starts and stops this process's worker together with the server."""

import gc
import logging
import os
import sys
import threading
import traceback
from types import FrameType
from typing import Any

from django.conf import settings

from core.postgresql.connection import Connection
from realtime import systemd, watchdog, worker

logger = logging.getLogger(__name__)

DATABASE_TIMEOUT_S = 30.0
EXIT_TIMEOUT_S = 3.0


class Lifespan:
    """The ASGI ``lifespan`` application."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        watched: threading.Event | None = None
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                Connection.response_timeout_s = DATABASE_TIMEOUT_S
                # Log warnings instead of writing raw text to stderr.
                logging.captureWarnings(True)
                await worker.start()
                # Objects that exist now live as long as the process, so the garbage collector need not scan
                # them.
                gc.collect()
                gc.freeze()
                # Full collections with thousands of sockets block the loop for a tenth of a second, so they
                # are rare. Young objects are collected in small steps: steps of twenty took up to 40 ms.
                gc.set_threshold(5_000, 3, 700)
                # A breakpoint blocks the loop, too.
                if not settings.DEBUG:
                    watched = watchdog.start(worker.current())
                systemd.notify("READY=1")
                await send({"type": "lifespan.startup.complete"})
            else:
                systemd.notify("STOPPING=1")
                await worker.stop()
                if watched is not None:
                    watched.set()
                _end_soon()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _end_soon() -> None:
    """Make sure that no thread keeps the process alive.

    Python waits for threads at exit, and one whose database never answers would block for ever.
    """
    threading.Thread(target=_end, name="end", daemon=True).start()


def _end() -> None:
    threading.Event().wait(EXIT_TIMEOUT_S)
    logger.error("The worker has stopped, and ends without what its threads wait for: %s", _waiting_threads())
    logging.shutdown()
    os._exit(1)


def _waiting_threads() -> str:
    """Return the names and stacks of the threads that Python is waiting for."""
    frames = sys._current_frames()
    waiting = [thread for thread in threading.enumerate() if not thread.daemon and thread.is_alive()]
    return ", ".join(
        f"{thread.name} at {_place(frames[thread.ident])}" for thread in waiting if thread.ident in frames
    )


def _place(frame: FrameType) -> str:
    last = traceback.extract_stack(frame)[-1]
    return f"{last.filename}:{last.lineno} {last.name}"


class WithWorker:
    """Starts the worker with the first request, for servers without lifespan support."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if worker.running() is None:
            await worker.start()
        await self._application(scope, receive, send)
