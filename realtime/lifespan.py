"""Starts and stops this process's worker with the server."""

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

DATABASE_ANSWERS_WITHIN_S = 30.0
ENDS_WITHIN_S = 3.0


class Lifespan:
    """The ASGI ``lifespan`` application."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        watched: threading.Event | None = None
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                Connection.answers_within_s = DATABASE_ANSWERS_WITHIN_S
                # As log lines, not as raw text between them.
                logging.captureWarnings(True)
                await worker.start()
                # What is loaded now stays: the collector need not look at it again and again.
                gc.collect()
                gc.freeze()
                # Nor, often, at thousands of sockets: that stops the loop for a tenth of a second. What is
                # young is looked at in small portions: of twenty it took up to 40 ms.
                gc.set_threshold(5_000, 3, 700)
                # A breakpoint holds the loop, too.
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
    """Let no thread keep this process from ending: Python waits for those that wait for a database, and one
    that is reached and never answers would keep them for ever.
    """
    threading.Thread(target=_end, name="end", daemon=True).start()


def _end() -> None:
    threading.Event().wait(ENDS_WITHIN_S)
    logger.error("The worker has stopped, and ends without what its threads wait for: %s", _waiting_threads())
    logging.shutdown()
    os._exit(1)


def _waiting_threads() -> str:
    """The threads that Python waits for, and where each is."""
    frames = sys._current_frames()
    waiting = [thread for thread in threading.enumerate() if not thread.daemon and thread.is_alive()]
    return ", ".join(
        f"{thread.name} at {_place(frames[thread.ident])}" for thread in waiting if thread.ident in frames
    )


def _place(frame: FrameType) -> str:
    last = traceback.extract_stack(frame)[-1]
    return f"{last.filename}:{last.lineno} {last.name}"


class WithWorker:
    """For servers without a lifespan: the first request starts the worker."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if worker.running() is None:
            await worker.start()
        await self._application(scope, receive, send)
