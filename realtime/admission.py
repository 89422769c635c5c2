"""Admission of sockets: a few at a time, so that those who are in are served between them."""

import asyncio
from collections import deque

ADMITTED_A_TURN = 8


class Admission:
    """First come, first served: at most ``ADMITTED_A_TURN`` sockets begin in one turn of the loop.

    To open one costs a hundred times what a message does. Two thousand that come at once, after a cut of
    the network, would else hold up everybody's messages until the last of them is open.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._line: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait for one's turn."""
        place = self._loop.create_future()
        self._line.append(place)
        if len(self._line) == 1:
            self._loop.call_soon(self._admit)
        await place

    def _admit(self) -> None:
        for _ in range(min(ADMITTED_A_TURN, len(self._line))):
            place = self._line.popleft()
            if not place.done():
                place.set_result(None)
        if self._line:
            self._loop.call_soon(self._admit)
