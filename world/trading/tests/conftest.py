"""The fixtures shared by all tests of the world's parts."""

import pytest

from world.tests.adventurers import *  # noqa: F403


@pytest.fixture(name="starting_level")
def level_of_givers() -> int:
    """The first level at which an account may give something away."""
    return 3
