"""Synchronous broadcasts to other workers, such as cache invalidation."""

import asyncio
import contextlib
from typing import Any

from core.redis import REDIS_ERRORS
from core.refusals import Unavailable
from realtime import worker

ANSWER_TIMEOUT_S = 1.0


def broadcast(kind: str, payload: Any) -> None:
    """Send a request of this ``kind`` to all other workers, and wait until they have handled it.

    For synchronous code on any thread. Workers that do not answer within a second are skipped; so are all of
    them if this process is not a server or Redis is unavailable.
    """
    here = worker.running()
    if here is None:
        return
    told = asyncio.run_coroutine_threadsafe(_tell(here, kind, payload), here.loop)
    if not here.is_here():
        with contextlib.suppress(TimeoutError):
            told.result(2 * ANSWER_TIMEOUT_S)


async def _tell(here: worker.Worker, kind: str, payload: Any) -> None:
    async def ask(other: str) -> None:
        with contextlib.suppress(Unavailable):
            await here.relay.ask(other, kind, payload, within_s=ANSWER_TIMEOUT_S)

    with contextlib.suppress(*REDIS_ERRORS):
        others = set(await here.presence.workers()) - {here.id}
        await asyncio.gather(*map(ask, await here.alive(others)))
