"""One timer for all that a room waits for."""

import asyncio
from collections.abc import Callable

NEVER = float("inf")
# Rather late than early, when nothing would be found due yet.
RING_LATE_S = 0.005


class Alarm:
    """Calls ``ring`` once, at the earliest of the moments it is set to, which are times of the loop's clock.

    Who rings sets it again to whatever is still to come.
    """

    __slots__ = ("_due", "_loop", "_ring", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._due = NEVER
        self._timer: asyncio.TimerHandle | None = None

    def set(self, moment: float | None) -> None:
        """Ring then at the latest; None is never."""
        if moment is not None and moment < self._due:
            if self._timer is not None:
                self._timer.cancel()
            self._due = moment
            self._timer = self._loop.call_at(moment + RING_LATE_S, self._ring)

    def clear(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = NEVER
