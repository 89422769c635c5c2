"""What the server's status says of the world."""

from core.status import counts
from world import selectors


@counts("in_world")
def in_world() -> int:
    """Users who are in the world."""
    return selectors.online()
