"""The fixtures of progression's tests."""

from progression.tests.conftest import audited, here, items, person

__all__ = ["audited", "here", "items", "person"]
