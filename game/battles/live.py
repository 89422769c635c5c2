"""The work of every server process on battles: enemies act in time, and lost sockets are told of.

All workers look at all battles; the lock of a battle's row lets one of them act.
"""

import asyncio
import logging
import time

from django.db import DatabaseError

from game.battles import selectors, services
from realtime import worker
from realtime.redis import Down

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
CHECK_SOCKETS_EVERY_S = 2.0
OFFER_EVERY_S = 30.0
UNREACHABLE: tuple[type[Exception], ...] = (DatabaseError, *Down)


@worker.background
async def let_enemies_act() -> None:
    """Let the enemies act whose time has come."""
    while True:
        try:
            for battle_id in await worker.in_database(selectors.due):
                await worker.in_database(services.act, battle_id=battle_id)
        except DatabaseError as problem:
            logger.warning("Enemies wait for the database: %s", problem)
        await asyncio.sleep(LOOK_EVERY_S)


@worker.background
async def tidy() -> None:
    """Tell of the sockets that a killed worker had, and offer battles an operator has changed or added."""
    offered = float("-inf")
    while True:
        try:
            await _forget_lost_sockets()
            if time.monotonic() - offered > OFFER_EVERY_S:
                offered = time.monotonic()
                await worker.in_database(services.offer_all)
        except UNREACHABLE as problem:
            logger.warning("Battles cannot be checked: %s", problem)
        await asyncio.sleep(CHECK_SOCKETS_EVERY_S)


async def _forget_lost_sockets() -> None:
    sockets = await worker.in_database(selectors.open_sockets)
    gone = await worker.current().gone(worker_of(socket) for _, _, socket in sockets)
    for battle_id, user_id, socket in sockets:
        if worker_of(socket) in gone:
            await worker.in_database(services.leave, user_id=user_id, battle_id=battle_id, socket=socket)


def worker_of(socket: str) -> str:
    """The worker that has this socket."""
    return socket.rpartition("/")[0]
