"""Background work on captures: pauses, resumes and completes them, whichever worker saw them begin.

Every worker runs it; the lock of the world's state lets only one of them act. Arrivals and departures do not
lock shards themselves: two characters that swap places would wait for each other.
"""

from realtime import worker
from world.shards import selectors, services


@worker.every(0.25)
def look_after_captures() -> None:
    """Update the captures that are over or whose place has gained or lost a character."""
    for shard_id in selectors.unsettled():
        services.settle(shard_id=shard_id)
