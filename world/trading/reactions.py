"""What ends trades: somebody goes, or blocks the other."""

from friends.events import PlayerBlocked
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
    """Who is somewhere else does not trade here."""
    services.leave(character_id=event.character_id, reason=_REASONS[event.reason])


@reacts_to(PlayerBlocked)
def end_trade_between(event: PlayerBlocked) -> None:
    """Who is blocked does not trade with the blocker."""
    services.part(by_id=event.by_id, blocked_id=event.blocked_id)
