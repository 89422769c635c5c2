"""The shared world's only socket; it combines the commands of all its parts."""

from world.combat.handlers import CombatHandlers
from world.handlers.characters import CharacterHandlers
from world.handlers.moving import MovingHandlers
from world.handlers.parties import PartyHandlers
from world.handlers.talking import TalkingHandlers
from world.shards.handlers import ShardHandlers
from world.trading.handlers import TradeHandlers


class WorldConsumer(
    CharacterHandlers,
    MovingHandlers,
    TalkingHandlers,
    PartyHandlers,
    CombatHandlers,
    ShardHandlers,
    TradeHandlers,
):
    """The shared world's consumer, one per user."""
