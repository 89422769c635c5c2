"""Every server process expires invites when their time is up, though nobody asks."""

import asyncio
import logging
import time

from django.db import DatabaseError

from matchmaking.invites import services
from realtime import worker

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""Invites that other processes make are known this soon; no sooner than that do they run out."""
TIDY_EVERY_S = 3600.0


@worker.background
async def keep_expiring() -> None:
    """Sleep until the next invite runs out."""
    tidied = time.monotonic()
    while True:
        next_end = None
        try:
            next_end = await worker.in_database(services.expire_due)
            if time.monotonic() - tidied > TIDY_EVERY_S:
                tidied = time.monotonic()
                await worker.in_database(services.forget_old)
        except DatabaseError as problem:
            logger.warning("Invites wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S if next_end is None else min(next_end, LOOK_EVERY_S))
