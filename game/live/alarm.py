"""One timer for everything that a room waits for."""

import asyncio
from collections.abc import Callable

NEVER = float("inf")
# Late rather than early: an early alarm would find nothing due yet.
RING_LATE_S = 0.005


class Alarm:
    """Calls ``ring`` once, at the earliest of the moments it was set to, in the event loop's time.

    Whoever is called sets it again for whatever is still to come.
    """

    __slots__ = ("_due", "_loop", "_ring", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._due = NEVER
        self._timer: asyncio.TimerHandle | None = None

    def set(self, moment: float | None) -> None:
        """Ring at this moment at the latest; None means never."""
        if moment is not None and moment < self._due:
            if self._timer is not None:
                self._timer.cancel()
            self._due = moment
            self._timer = self._loop.call_at(moment + RING_LATE_S, self._ring)

    def clear(self) -> None:
        """Forget all moments."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = NEVER
