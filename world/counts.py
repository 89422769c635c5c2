"""The world's figures on the server's status page."""

from core.status import counts
from world import selectors


@counts("in_world")
def in_world() -> int:
    """The number of users in the world."""
    return selectors.online()[0]
