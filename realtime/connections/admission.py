"""Admission of new sockets, a few at a time, so that open sockets are served in between."""

import asyncio
from collections import deque

MAX_ADMITTED_PER_TURN = 8


class Admission:
    """Admits sockets in order of arrival, at most ``MAX_ADMITTED_PER_TURN`` in one iteration of the loop.

    Opening a socket costs a hundred times as much as handling a message. Without this, two thousand sockets
    that reconnect after a network failure would delay everybody's messages until the last of them is open.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._line: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait until this socket is admitted."""
        place = self._loop.create_future()
        self._line.append(place)
        if len(self._line) == 1:
            self._loop.call_soon(self._admit)
        await place

    def _admit(self) -> None:
        for _ in range(min(MAX_ADMITTED_PER_TURN, len(self._line))):
            place = self._line.popleft()
            if not place.done():
                place.set_result(None)
        if self._line:
            self._loop.call_soon(self._admit)
