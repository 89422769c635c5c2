"""The fixtures shared by all tests of the world's parts."""

import pytest

from world.tests.adventurers import *  # noqa: F403


@pytest.fixture  # type: ignore[no-redef]  # in place of the imported one
def starting_level() -> int:
    """The first level at which an account may give something away."""
    return 3
