"""Declarations of apps by name, and the changes that operators made to them."""

import time
from collections.abc import Callable, Container, Mapping
from typing import Generic, TypeVar

Terms = TypeVar("Terms")

MAX_NAME_LENGTH = 20
RELOAD_INTERVAL_S = 1.0


class Declared(Generic[Terms]):
    """Terms by name: those of apps are the defaults, and rows that operators edit are in their place.

    Every process sees a change of the rows within ``RELOAD_INTERVAL_S``.
    """

    def __init__(self) -> None:
        self.by_apps: dict[str, Terms] = {}
        self._edited: Mapping[str, Terms] = {}
        self._read: Callable[[], Mapping[str, Terms]] = dict
        self._read_at: float | None = None

    def declare(self, name: str, terms: Terms, *, taken: Container[str] = ()) -> None:
        """Add terms of an app. Raises ``ValueError`` for a name that is none, or taken."""
        if not is_name(name):
            raise ValueError(f"Not a name of at most {MAX_NAME_LENGTH} small letters: {name!r}")
        if name in taken or name in self.by_apps:
            raise ValueError(f"There is something called {name!r} already")
        self.by_apps[name] = terms

    def read_rows_by(self, read: Callable[[], Mapping[str, Terms]]) -> None:
        """Register the function that reads the rows."""
        self._read = read

    def all(self) -> dict[str, Terms]:
        """Return all terms by name; reads the rows if they were read too long ago."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > RELOAD_INTERVAL_S:
            self._edited, self._read_at = self._read(), now
        return self.last_read()

    def last_read(self) -> dict[str, Terms]:
        """Return all terms as last read: for choices of fields, which are asked without a database, too."""
        return {**self.by_apps, **self._edited}

    def reload(self) -> None:
        """Read the rows again at the next use."""
        self._read_at = None

    def forget_rows(self) -> None:
        """Go back to what apps declare, until the rows are read again."""
        self._edited, self._read_at = {}, None


def is_name(name: str) -> bool:
    """Return whether this is a name: small letters, digits and underscores, of a bounded length."""
    return name.isascii() and name.isidentifier() and name.islower() and len(name) <= MAX_NAME_LENGTH
