"""Many things a few at a time, so that others may run in between."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items that there are now in lists of at most ``size``, whatever becomes of ``items`` meanwhile."""
    every = list(items)
    for start in range(0, len(every), size):
        yield every[start : start + size]
