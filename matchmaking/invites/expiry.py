"""Expiry of invites, in every server process."""

import asyncio
import logging

from django.db import DatabaseError

from core.background import background, every
from core.database import in_database
from matchmaking.invites import services

logger = logging.getLogger(__name__)

CHECK_INTERVAL_S = 1.0
"""Invites created by other processes are noticed within this time; none expires sooner."""

every(3600)(services.delete_old)


@background
async def keep_expiring() -> None:
    """Expire invites when they are due, sleeping in between."""
    while True:
        next_end = None
        try:
            next_end = await in_database(services.expire_due)
        except DatabaseError as problem:
            logger.warning("Invites wait for the database: %s", problem)
        await asyncio.sleep(CHECK_INTERVAL_S if next_end is None else min(next_end, CHECK_INTERVAL_S))
