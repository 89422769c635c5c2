"""The people and the shop of progression's tests."""

from progression.tests.conftest import ada, at_once, audited, bob, here, items, person

__all__ = ["ada", "at_once", "audited", "bob", "here", "items", "person"]
