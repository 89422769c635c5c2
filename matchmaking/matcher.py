"""Every server process looks at the queues again and again: windows widen, and the silent are given up."""

import asyncio
import logging

from django.db import DatabaseError

from matchmaking import services
from realtime import worker

logger = logging.getLogger(__name__)

PASS_EVERY_S = 1.0

worker.every(600)(services.forget_empty)


@worker.background
async def keep_matching() -> None:
    """One pass a second; queues that another process is at are left to it."""
    while True:
        await asyncio.sleep(PASS_EVERY_S)
        try:
            await worker.in_database(services.match_all)
        except DatabaseError as problem:
            logger.warning("Queues wait for the database: %s", problem)
