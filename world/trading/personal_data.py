"""Personal data of trades; it is deleted with the characters."""

from typing import Any

from django.db.models import Q

from accounts.refusals import StillPlaying
from core.ids import UserId
from core.personal_data import exports, merges
from world.trading import selectors


@exports("trades")
def trades(user_id: UserId) -> list[dict[str, Any]]:
    """Return what the user gave in trades."""
    return [
        {"trade_id": offer.trade_id, "at": offer.trade.ended_at, "gold": offer.gold, "items": offer.items}
        for offer in selectors.finished(user_id)
    ]


@merges
def check_trades(_: UserId, former_id: UserId) -> None:
    """Raise ``StillPlaying`` while a trade of the former account has not ended."""
    live = selectors.trades().filter(Q(asker__owner=former_id) | Q(asked__owner=former_id), ended_at=None)
    if live.exists():
        raise StillPlaying("A character of the other account is trading.")
