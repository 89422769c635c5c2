"""Background tasks of the world: saving positions and ending the visits of lost sockets."""

import asyncio
import logging

from core.background import STORE_ERRORS, background, sweep
from core.database import in_database
from realtime.socket import addresses
from world import selectors, services
from world.live import sockets
from world.live.positions import positions

logger = logging.getLogger(__name__)

STORE_EVERY_S = 4.0


@background
async def store_positions() -> None:
    """Save the positions of this worker's characters, and refresh sockets that missed a change."""
    while True:
        await asyncio.sleep(STORE_EVERY_S)
        moved = positions().take_unsaved()
        try:
            if moved:
                await in_database(services.store_positions, [tracked.as_position() for tracked in moved])
            await sockets.refresh_stale()
        except STORE_ERRORS as problem:
            for tracked in moved:
                tracked.is_saved = False
            logger.warning("Positions cannot be saved until the database is back: %s", problem)


@sweep
async def end_lost_visits() -> None:
    """End the visits of sockets whose worker was killed."""
    visits = await in_database(selectors.visits)
    lost = await addresses.lost([socket for _, socket in visits])
    for user_id, socket in visits:
        if socket in lost:
            await in_database(services.leave_world, user_id=user_id, socket=socket)
