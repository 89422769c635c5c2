"""Personal data of trades; it is deleted with the characters."""

from typing import Any

from core.ids import UserId
from core.personal_data import exports
from world.trading import selectors


@exports("trades")
def trades(user_id: UserId) -> list[dict[str, Any]]:
    """Return what the user gave in trades."""
    return [
        {"trade_id": offer.trade_id, "at": offer.trade.ended_at, "gold": offer.gold, "items": offer.items}
        for offer in selectors.finished(user_id)
    ]
