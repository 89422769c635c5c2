"""Split long loops into batches, so that other tasks can run in between."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the current items in lists of at most ``size``; later changes to ``items`` have no effect."""
    every = list(items)
    for start in range(0, len(every), size):
        yield every[start : start + size]
