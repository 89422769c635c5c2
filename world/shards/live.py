"""The work of every server process on shards: captures stop, go on and end in time, whoever saw them begin.

All workers look; the lock of the world's state lets one of them act. Coming and going does not lock shards
itself: two who change places would wait for each other.
"""

from realtime import worker
from world.shards import selectors, services


@worker.every(0.25)
def look_after_captures() -> None:
    """Settle the captures that are over, or in whose place somebody has come or gone."""
    for shard_id in selectors.unsettled():
        services.settle(shard_id=shard_id)
