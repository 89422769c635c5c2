"""The one socket of the shared world: all that its players may ask, from every part of the world."""

from world.combat.handlers import CombatHandlers
from world.shards.handlers import ShardHandlers
from world.trading.handlers import TradeHandlers


class WorldConsumer(CombatHandlers, ShardHandlers, TradeHandlers):
    """The shared world, for one socket of each user."""
