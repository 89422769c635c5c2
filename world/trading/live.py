"""The work of every server process on trades: requests that nobody answers run out."""

from realtime import worker
from world.trading import selectors, services


@worker.every(1)
def expire_requests() -> None:
    """End what was not accepted in time; the lock of a trade lets one worker do so."""
    for trade_id in selectors.expired():
        services.expire(trade_id=trade_id)
