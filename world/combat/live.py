"""The work of every server process on fights: the abandoned end, and the hurt recover.

All workers look; the locks of a fight let one of them act.
"""

import asyncio
import logging

from django.db import DatabaseError

from realtime import worker
from world.combat import selectors, services

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


@worker.background
async def look_after_fights() -> None:
    """Once a second, do what is due."""
    while True:
        try:
            for combat_id in await worker.in_database(selectors.abandoned):
                await worker.in_database(services.end_abandoned, combat_id=combat_id)
            for combat_id in await worker.in_database(selectors.recovering):
                await worker.in_database(services.recover, combat_id=combat_id)
        except DatabaseError as problem:
            logger.warning("Fights wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S)
