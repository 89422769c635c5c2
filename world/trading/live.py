"""Background work on trades: expires unanswered requests."""

from core.due import look
from world.trading import selectors, services


@look("trades", every_s=1, waiting=selectors.waiting)
def expire_requests() -> None:
    """End requests that were not accepted in time; row locks let only one worker act."""
    for trade_id in selectors.expired():
        services.expire(trade_id=trade_id)
