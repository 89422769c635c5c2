"""The fixtures shared by all tests of the world's parts."""

from world.tests.adventurers import *  # noqa: F403
