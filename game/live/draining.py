"""A worker that drains hands its rooms over to others, with everything that was accepted."""

import asyncio
import contextlib
from random import choice

from core.background import at_drain
from core.batches import batched
from game.live import rooms
from game.live.journal import CLOSE_WITHIN_S
from game.live.room.actor import Room
from realtime import worker

AT_ONCE = 50


@at_drain
async def hand_over_rooms() -> None:
    """Release all rooms of this worker, and let another one open those whose game goes on."""
    here = worker.current()
    for some in batched(rooms.current().here.values(), AT_ONCE):
        unfinished = [room.id.hex for room in some if not room.is_over]
        await asyncio.gather(*map(_hand_over, some))
        others = set(await here.presence.workers()) - {here.id}
        takers = sorted(await here.alive(others, takes_rooms=True))
        if takers and unfinished:
            here.relay.tell(choice(takers), "game.adopt", unfinished)


async def _hand_over(room: Room) -> None:
    rooms.current().scheduler.remove(room)
    room.pause()
    written = asyncio.Event()
    room.when_written(written.set)
    # What an unresponsive database has not taken in time is dropped: nobody was told of it.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await written.wait()
    await rooms.current().release(room)
