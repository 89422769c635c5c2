"""The work of every server process on battles: enemies act in time, and lost sockets are told of.

All workers look at all battles; the lock of a battle's row lets one of them act.
"""

import asyncio
import logging

from game.battles import selectors, services
from realtime import addresses, worker

logger = logging.getLogger(__name__)

CHECK_SOCKETS_EVERY_S = 2.0

# Also those of templates that an operator has changed or added.
worker.every(30)(services.offer_all)


@worker.every(0.25)
def let_enemies_act() -> None:
    """Let the enemies act whose time has come."""
    for battle_id in selectors.due():
        services.act(battle_id=battle_id)


@worker.background
async def forget_lost_sockets() -> None:
    """Tell of the sockets that a killed worker had."""
    while True:
        try:
            sockets = await worker.in_database(selectors.open_sockets)
            lost = await addresses.lost([socket for _, _, socket in sockets])
            for battle_id, user_id, socket in sockets:
                if socket in lost:
                    await worker.in_database(
                        services.leave, user_id=user_id, battle_id=battle_id, socket=socket
                    )
        except worker.AWAY as problem:
            logger.warning("Lost sockets cannot be looked for: %s", problem)
        await asyncio.sleep(CHECK_SOCKETS_EVERY_S)
