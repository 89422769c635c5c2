"""The links between cells: facts are sent by the worker that has them, and applied by the elected one."""

import asyncio
import logging
import time

from cells import broker, services
from core.background import STORE_ERRORS, background, every, role
from core.database import in_database
from core.due import look
from core.ids import UserId
from core.status import NotReady, readiness
from realtime import worker
from realtime.membership import presence

logger = logging.getLogger(__name__)

READ_WITHIN_MS = 500
SENT_AGAIN_EVERY_S = 5.0
RETRY_S = 1.0


class Start:
    """The state of this worker for its cell."""

    def __init__(self) -> None:
        self.has_ids = False
        """Whether accounts and sessions get ids of this cell."""


@look(services.LOOK, every_s=0.25, waiting=services.unsent)
def send_facts() -> None:
    """Send the facts of this cell."""
    services.send()


@every(300)
def tell_of_silent() -> None:
    """Let copies of sessions end that ended by themselves."""
    services.tell_of_silent()


@presence.on_change
async def online_changed(user_id: UserId, is_online: bool) -> None:
    """Tell the other cells that know this user."""
    await in_database(services.tell_presence, user_id=user_id, is_online=is_online)


@background
async def apply_facts() -> None:
    """Apply the facts of other cells, if this worker is the elected one, in their order."""
    await in_database(services.allot_ids)
    worker.current().part(Start).has_ids = True
    sent_at = float("-inf")
    applied: dict[str, int] | None = None
    while True:
        if not role.is_elected:
            applied = None
            await asyncio.sleep(RETRY_S)
            continue
        try:
            if time.monotonic() - sent_at > SENT_AGAIN_EVERY_S:
                # Redis may have lost what was sent, and other cells have applied some of it.
                await in_database(services.send)
                sent_at = time.monotonic()
            if applied is None:
                applied = await in_database(services.applied)
            await _apply_next(applied)
        except STORE_ERRORS as problem:
            applied = None
            logger.warning("Facts of other cells wait: %s", problem)
            await asyncio.sleep(RETRY_S)


async def _apply_next(applied: dict[str, int]) -> None:
    received = await asyncio.to_thread(broker.read, applied, READ_WITHIN_MS)
    for fact in received:
        await in_database(services.apply, **fact._asdict())
        applied[fact.cell] = fact.number
    for cell in {fact.cell for fact in received}:
        await asyncio.to_thread(broker.acknowledge, cell, applied[cell])


@readiness("cells")
def _check() -> None:
    here = worker.running()
    if here is not None and not here.part(Start).has_ids:
        raise NotReady("accounts have no ids of this cell yet")
