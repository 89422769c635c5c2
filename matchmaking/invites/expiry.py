"""Every server process expires invites when their time is up, though nobody asks."""

import asyncio
import logging

from django.db import DatabaseError

from matchmaking.invites import services
from realtime import worker

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""Invites that other processes make are known this soon; no sooner than that do they run out."""

worker.every(3600)(services.forget_old)


@worker.background
async def keep_expiring() -> None:
    """Sleep until the next invite runs out."""
    while True:
        next_end = None
        try:
            next_end = await worker.in_database(services.expire_due)
        except DatabaseError as problem:
            logger.warning("Invites wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S if next_end is None else min(next_end, LOOK_EVERY_S))
