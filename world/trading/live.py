"""The work of every server process on trades: requests that nobody answers run out."""

import asyncio
import logging

from django.db import DatabaseError

from realtime import worker
from world.trading import selectors, services

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


@worker.background
async def expire_requests() -> None:
    """End what was not accepted in time; the lock of a trade lets one worker do so."""
    while True:
        try:
            for trade_id in await worker.in_database(selectors.expired):
                await worker.in_database(services.expire, trade_id=trade_id)
        except DatabaseError as problem:
            logger.warning("Trades wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S)
