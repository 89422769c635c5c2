"""What other workers know and must know no longer once a call is answered."""

import asyncio
import contextlib
from typing import Any

from core.refusals import Unavailable
from realtime import worker
from realtime.redis import Down

ANSWER_WITHIN_S = 1.0


def tell(kind: str, payload: Any) -> None:
    """Have every other worker handle a relayed request of this ``kind`` before this returns.

    For synchronous code on any thread. A worker that does not answer within a second must find out by
    itself; so must all when this process is no server, or Redis is away.
    """
    here = worker.running()
    if here is None:
        return
    told = asyncio.run_coroutine_threadsafe(_tell(here, kind, payload), here.loop)
    if not here.is_here():
        with contextlib.suppress(TimeoutError):
            told.result(2 * ANSWER_WITHIN_S)


async def _tell(here: worker.Worker, kind: str, payload: Any) -> None:
    async def ask(other: str) -> None:
        with contextlib.suppress(Unavailable):
            await here.relay.ask(other, kind, payload, within_s=ANSWER_WITHIN_S)

    with contextlib.suppress(*Down):
        others = set(await here.presence.workers()) - {here.id}
        await asyncio.gather(*map(ask, await here.alive(others)))
