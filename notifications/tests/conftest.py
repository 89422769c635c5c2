"""Fixtures: users with a notifications socket, in one process."""

from gameplatform.testing.people import ada, bob, cyd, here, person

__all__ = ["ada", "bob", "cyd", "here", "person"]
