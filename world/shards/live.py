"""The work of every server process on shards: captures stop, go on and end in time, whoever saw them begin.

All workers look; the lock of the world's state lets one of them act. Coming and going does not lock shards
itself: two who change places would wait for each other.
"""

from core.batching import BatchLoader, one_by_one
from realtime import worker
from realtime.worker import in_database
from world.shards import events, selectors, services


class WorldStates:
    """How the world stands, read once for all of this worker's sockets that ask at the same moment."""

    def __init__(self) -> None:
        self.loader = BatchLoader(one_by_one(self._read))

    async def _read(self, nothing: None) -> events.WorldState:
        return await in_database(selectors.world_state)


@worker.every(0.25)
def look_after_captures() -> None:
    """Settle the captures that are over, or in whose place somebody has come or gone."""
    for shard_id in selectors.unsettled():
        services.settle(shard_id=shard_id)
