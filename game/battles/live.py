"""Background work on battles: enemies act, and lost sockets are announced.

Every worker checks all battles; the lock of a battle's row lets only one of them act.
"""

import asyncio
import logging

from core.background import STORE_ERRORS, background, every
from core.database import in_database
from game.battles import selectors, services
from realtime.socket import addresses

logger = logging.getLogger(__name__)

CHECK_SOCKETS_EVERY_S = 2.0

# Also covers templates that an operator has changed or added.
every(30)(services.offer_all)


@every(0.25)
def act_enemies() -> None:
    """Make enemies act that are due."""
    for battle_id in selectors.due():
        services.act(battle_id=battle_id)


@background
async def disconnect_lost_sockets() -> None:
    """Announce the departure of players whose worker was killed."""
    while True:
        try:
            sockets = await in_database(selectors.open_sockets)
            lost = await addresses.lost([socket for _, _, socket in sockets])
            for battle_id, user_id, socket in sockets:
                if socket in lost:
                    await in_database(
                        services.disconnect, user_id=user_id, battle_id=battle_id, socket=socket
                    )
        except STORE_ERRORS as problem:
            logger.warning("Cannot check for lost sockets: %s", problem)
        await asyncio.sleep(CHECK_SOCKETS_EVERY_S)
