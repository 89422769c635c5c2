"""Starts and stops this process's worker with the server."""

import gc
from typing import Any

from realtime import worker


class Lifespan:
    """The ASGI ``lifespan`` application."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
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
                await send({"type": "lifespan.shutdown.complete"})
                return


class WithWorker:
    """For servers without a lifespan: the first request starts the worker."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if worker.running() is None:
            await worker.start()
        await self._application(scope, receive, send)
