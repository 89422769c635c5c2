"""Values that are read from the database at most so often."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Remembered(Generic[T]):
    """The result of ``read``, called at most once in ``for_s`` seconds, and only when somebody asks."""

    def __init__(self, read: Callable[[], T], *, for_s: float) -> None:
        self._read = read
        self._for_s = for_s
        self._value: T | None = None
        self._until = float("-inf")

    def __call__(self) -> T:
        now = time.monotonic()
        if now >= self._until:
            self.keep(self._read(), until=now + self._for_s)
        return cast(T, self._value)

    def keep(self, value: T, *, until: float = float("inf")) -> None:
        """Return this value until a moment of the monotonic clock, or until :meth:`forget` is called."""
        self._value, self._until = value, until

    def forget(self) -> None:
        """Read again at the next call."""
        self._until = float("-inf")
