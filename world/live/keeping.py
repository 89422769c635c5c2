"""The world's work in every server process: positions are stored, and sockets that were lost are told of."""

import asyncio
import logging

from realtime import addresses, worker
from world import selectors, services
from world.live import sockets
from world.live.positions import positions

logger = logging.getLogger(__name__)

STORE_EVERY_S = 4.0
CHECK_SOCKETS_EVERY_S = 2.0


@worker.background
async def store_positions() -> None:
    """Store where this worker's characters are, and see that its sockets hear the right places."""
    while True:
        await asyncio.sleep(STORE_EVERY_S)
        moved = positions().unstored()
        try:
            await worker.in_database(services.store_positions, [standing.stored() for standing in moved])
            await sockets.settle_those_elsewhere()
        except worker.AWAY as problem:
            for standing in moved:
                standing.is_stored = False
            logger.warning("Positions wait for the database: %s", problem)


@worker.background
async def end_lost_visits() -> None:
    """End the visits of the sockets that a killed worker had."""
    while True:
        await asyncio.sleep(CHECK_SOCKETS_EVERY_S)
        try:
            visits = await worker.in_database(selectors.visits)
            lost = await addresses.lost([socket for _, socket in visits])
            for user_id, socket in visits:
                if socket in lost:
                    await worker.in_database(services.go, user_id=user_id, socket=socket)
        except worker.AWAY as problem:
            logger.warning("Lost sockets cannot be looked for: %s", problem)
