"""The recent states of a real-time game, as its players saw them: what lag compensation needs."""

import marshal
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

MAX_REWIND_S: Final = 0.25


class Past:
    """The states of the frames of the last ``most`` ticks, and by how many ticks each seat is behind.

    It depends only on the inputs and the ticks at which they were applied.
    """

    __slots__ = ("_every", "_most", "_now", "_states", "lags")

    def __init__(self, seats: int, most: int, *, every: int) -> None:
        self.lags = [0] * seats
        self._most = most
        self._every = every
        self._now = 0
        self._states: deque[tuple[int, bytes]] = deque()

    def keep(self, tick: int, state: dict[str, Any]) -> None:
        """Note the state after this tick, if it is shown in a frame."""
        self._now = tick
        if tick % self._every == 0 or not self._states:
            self._states.append((tick, marshal.dumps(state)))
        while self._states[0][0] < tick - self._most and len(self._states) > 1:
            self._states.popleft()

    def note(self, seat: int, saw: int) -> None:
        """Note the tick that the player in this seat says to have seen when acting."""
        self.lags[seat] = min(max(self._now - saw, 0), self._most)

    def seen_by(self, seat: int) -> dict[str, Any]:
        """Return a copy of the state that the player in this seat saw."""
        saw = self._now - self.lags[seat]
        seen = next((state for tick, state in reversed(self._states) if tick <= saw), self._states[0][1])
        state: dict[str, Any] = marshal.loads(seen)
        return state

    def dump(self) -> dict[str, Any]:
        """Return everything as plain JSON types."""
        states = [[tick, marshal.loads(state)] for tick, state in self._states]
        return {"lags": self.lags.copy(), "states": states}

    def load(self, tick: int, lags: Sequence[int], states: Iterable[tuple[int, dict[str, Any]]]) -> None:
        """Continue from a dump that was made at this tick."""
        self._now, self.lags = tick, list(lags)
        self._states = deque((tick, marshal.dumps(state)) for tick, state in states)
