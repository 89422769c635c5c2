"""The one socket of the shared world: all that its players may ask, from every part of the world."""

from world.socket import WorldSocket


class WorldConsumer(WorldSocket):
    """The shared world, for one socket of each user."""
