"""The work of every server process on shards: captures end in time, whichever worker saw them begin.

All workers look; the lock of the world's state lets one of them act.
"""

import asyncio
import logging

from django.db import DatabaseError

from realtime import worker
from world.shards import selectors, services

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25


@worker.background
async def finish_captures() -> None:
    """Give away the shards whose time has come."""
    while True:
        try:
            for shard_id in await worker.in_database(selectors.due):
                await worker.in_database(services.finish_capture, shard_id=shard_id)
        except DatabaseError as problem:
            logger.warning("Captures wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S)
