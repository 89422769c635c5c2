"""The people and the shop of progression's tests."""

from progression.tests.conftest import ada, audited, bob, here, items, person

__all__ = ["ada", "audited", "bob", "here", "items", "person"]
