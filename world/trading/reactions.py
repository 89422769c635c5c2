"""Reactions that end trades: a character leaves, or a user blocks the other."""

from friends.events import PlayerBlocked
from realtime.hooks import reacts_safely_to
from realtime.reactions import reacts_to
from world.events import CharacterLeftArea, Departure
from world.trading import services
from world.trading.events import Reason

_REASONS: dict[Departure, Reason] = {
    "moved": "left",
    "deselected": "left",
    "deleted": "left",
    "disconnected": "disconnected",
    "died": "died",
}


@reacts_to(CharacterLeftArea)
def end_trades_of_who_left(event: CharacterLeftArea) -> None:
    """End the trades of a character that left the place."""
    services.end_all_of(character_id=event.character_id, reason=_REASONS[event.reason])


@reacts_safely_to(PlayerBlocked)
def end_trade_between(event: PlayerBlocked) -> None:
    """End the trade between a user and the one they blocked."""
    services.cancel_between(by_id=event.by_id, blocked_id=event.blocked_id)
