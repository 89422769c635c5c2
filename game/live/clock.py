"""Thinking time: who has how much left, and whose runs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from game.author import Clock
from game.events import ClockState


class Clocks:
    """The clocks of a turn-based game, in seconds by seat. Time is given in, never looked up."""

    def __init__(self, clock: Clock, users: tuple[int, ...]) -> None:
        self._clock = clock
        self._users = users
        self.left = [clock.seconds] * len(users)
        self.running: frozenset[int] = frozenset()
        self._since: datetime | None = None

    def run(self, seats: Iterable[int], now: datetime) -> None:
        """From now on, the clocks of these seats run."""
        self.running = frozenset(seats)
        self._since = now

    def stop(self, now: datetime) -> None:
        """Nobody's clock runs any more."""
        self.left = [self.left_of(seat, now) for seat in range(len(self.left))]
        self.run((), now)

    def press(self, seat: int, seats_next: frozenset[int], now: datetime) -> None:
        """The seat has moved, and those of ``seats_next`` think now."""
        left = self.left
        if self._since is not None:
            elapsed = (now - self._since).total_seconds()
            for running in self.running:
                left[running] -= elapsed
        left[seat] += self._clock.increment
        self.running = seats_next
        self._since = now

    def left_of(self, seat: int, now: datetime) -> float:
        """Seconds the seat has left."""
        if self._since is None or seat not in self.running:
            return self.left[seat]
        return self.left[seat] - (now - self._since).total_seconds()

    def flag_falls(self) -> datetime | None:
        """When the first running clock runs out."""
        if not self.running or self._since is None:
            return None
        return self._since + timedelta(seconds=min(self.left[seat] for seat in self.running))

    def left_ms(self) -> list[int]:
        """The clocks as they stood when last pressed."""
        return [int(left * 1000) for left in self.left]

    def shown(self, now: datetime) -> ClockState:
        """The clocks as clients see them."""
        since = self._since or now
        return ClockState(
            initial_ms=int(self._clock.seconds * 1000),
            increment_ms=int(self._clock.increment * 1000),
            left_ms={str(user): int(left * 1000) for user, left in zip(self._users, self.left, strict=True)},
            running=[self._users[seat] for seat in self.running],
            at=since,
        )
