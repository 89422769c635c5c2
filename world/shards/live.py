"""The work of every server process on shards: captures stop, go on and end in time, whoever saw them begin.

All workers look; the lock of the world's state lets one of them act. Coming and going does not lock shards
itself: two who change places would wait for each other.
"""

import asyncio
import logging

from django.db import DatabaseError

from realtime import worker
from world.shards import selectors, services

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25


@worker.background
async def look_after_captures() -> None:
    """Settle the captures that are over, or in whose place somebody has come or gone."""
    while True:
        try:
            for shard_id in await worker.in_database(selectors.unsettled):
                await worker.in_database(services.settle, shard_id=shard_id)
        except DatabaseError as problem:
            logger.warning("Captures wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S)
