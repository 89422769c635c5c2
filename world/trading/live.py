"""Background work on trades: expires unanswered requests."""

from core.background import every
from world.trading import selectors, services


@every(1)
def expire_requests() -> None:
    """End requests that were not accepted in time; row locks let only one worker act."""
    for trade_id in selectors.expired():
        services.expire(trade_id=trade_id)
