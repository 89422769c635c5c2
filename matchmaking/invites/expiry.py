"""Expiry of invites, in every server process."""

import asyncio
import logging

from django.db import DatabaseError

from matchmaking.invites import services
from realtime import worker

logger = logging.getLogger(__name__)

CHECK_INTERVAL_S = 1.0
"""Invites created by other processes are noticed within this time; none expires sooner."""

worker.every(3600)(services.delete_old)


@worker.background
async def keep_expiring() -> None:
    """Expire invites when they are due, sleeping in between."""
    while True:
        next_end = None
        try:
            next_end = await worker.in_database(services.expire_due)
        except DatabaseError as problem:
            logger.warning("Invites wait for the database: %s", problem)
        await asyncio.sleep(CHECK_INTERVAL_S if next_end is None else min(next_end, CHECK_INTERVAL_S))
