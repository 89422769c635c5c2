"""Starts and stops this process's worker with the server."""

import gc
import logging
import os
import threading
from typing import Any

from core.postgresql.connection import Connection
from realtime import worker

logger = logging.getLogger(__name__)

DATABASE_ANSWERS_WITHIN_S = 30.0
ENDS_WITHIN_S = 3.0


class Lifespan:
    """The ASGI ``lifespan`` application."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                Connection.answers_within_s = DATABASE_ANSWERS_WITHIN_S
                await worker.start()
                # What is loaded now stays: the collector need not look at it again and again.
                gc.collect()
                gc.freeze()
                # Nor, often, at thousands of sockets: that stops the loop for a tenth of a second. What is
                # young is looked at in small portions: of twenty it took up to 40 ms.
                gc.set_threshold(5_000, 3, 700)
                await send({"type": "lifespan.startup.complete"})
            else:
                await worker.stop()
                _end_soon()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _end_soon() -> None:
    """Let no thread keep this process from ending: Python waits for those that wait for a database, and one
    that is reached and never answers would keep them for ever.
    """
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    threading.Event().wait(ENDS_WITHIN_S)
    logger.warning("What still waits for the database is given up: the worker has stopped")
    logging.shutdown()
    os._exit(0)


class WithWorker:
    """For servers without a lifespan: the first request starts the worker."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if worker.running() is None:
            await worker.start()
        await self._application(scope, receive, send)
