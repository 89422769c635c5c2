"""The same people and places as for the rest of the world."""

from world.tests.adventurers import *  # noqa: F403
