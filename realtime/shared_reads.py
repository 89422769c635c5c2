"""Reads that many ask for at the same moment, made once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class SharedReads(Generic[Key, Found]):
    """Who asks while a read of the same key is under way shares the one that follows it."""

    def __init__(self, read: Callable[[Key], Awaitable[Found]]) -> None:
        self._read_one = read
        self._reading: dict[Key, asyncio.Task[Found]] = {}
        self._next: dict[Key, asyncio.Task[Found]] = {}

    async def read(self, key: Key) -> Found:
        """How it stands at some moment after this call."""
        following = self._next.get(key)
        if following is None:
            following = self._next[key] = asyncio.create_task(self._read(key))
        return await asyncio.shield(following)

    async def _read(self, key: Key) -> Found:
        before = self._reading.get(key)
        if before is not None:
            await asyncio.wait({before})
        task = self._next.pop(key)
        self._reading[key] = task
        try:
            return await self._read_one(key)
        finally:
            if self._reading.get(key) is task:
                del self._reading[key]
