"""The scheduler that steps every real-time room of this worker."""

import asyncio
import logging
import time

from core.batches import batched
from game.live.room.actor import Room
from realtime import metrics

logger = logging.getLogger(__name__)

CATCH_UP_S = 0.1
BATCH_SIZE = 100


class Scheduler:
    """Steps rooms at their games' frame rates, on absolute deadlines. It catches up on at most 0.1 s of
    delay.
    """

    def __init__(self) -> None:
        self._rooms: dict[int, dict[Room, None]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ticked: dict[int, float] = {}

    def add(self, room: Room) -> None:
        """Start stepping a room."""
        rate = room.match.game.frame_rate
        self._rooms.setdefault(rate, {})[room] = None
        if rate not in self._tasks:
            self._tasks[rate] = asyncio.create_task(self._run(rate), name=f"scheduler at {rate} Hz")

    def remove(self, room: Room) -> None:
        """Stop stepping a room."""
        self._rooms.get(room.match.game.frame_rate, {}).pop(room, None)

    def oldest_tick(self) -> float:
        """Return the seconds since rooms were last stepped, for the frame rate that waits longest."""
        return max((time.monotonic() - ticked for ticked in self._ticked.values()), default=0.0)

    async def stop(self) -> None:
        """Stop stepping all rooms."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, rate: int) -> None:
        clock = asyncio.get_running_loop().time
        rooms = self._rooms[rate]
        due = clock()
        while True:
            metrics.tick_lag.observe(max(0.0, clock() - due))
            self._ticked[rate] = time.monotonic()
            for some in batched(rooms, BATCH_SIZE):
                for room in some:
                    if room.steps_now:
                        try:
                            room.frame()
                        except Exception as problem:
                            room.fail(problem)
                await asyncio.sleep(0)
            due = max(due + 1 / rate, clock() - CATCH_UP_S)
            await asyncio.sleep(due - clock())
