"""Fixtures: users with a notifications socket, in one process."""

from tests.people import ada, bob, cyd, here, person

__all__ = ["ada", "bob", "cyd", "here", "person"]
