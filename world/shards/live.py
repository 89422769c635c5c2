"""Background work on captures: pauses, resumes and completes them, whichever worker saw them begin.

The lock of the world's state lets only one worker act. Arrivals and departures do not
lock shards themselves: two characters that swap places would wait for each other.
"""

from core.batching import BatchLoader, one_by_one
from core.database import in_database
from core.due import look
from world.shards import events, selectors, services


class WorldStates:
    """The state of the world, read once for all of this worker's sockets that ask at the same moment."""

    def __init__(self) -> None:
        self.loader = BatchLoader(one_by_one(self._read))

    async def _read(self, nothing: None) -> events.WorldState:
        return await in_database(selectors.world_state)


@look(services.LOOK, every_s=0.25, waiting=selectors.waiting)
def look_after_captures() -> None:
    """Update the captures that are over or whose place has gained or lost a character."""
    for shard_id in selectors.unsettled():
        services.settle(shard_id=shard_id)
