"""Thinking time: how much each player has left, and whose clock is running."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.json import decode

from game.author import Clock
from game.events import ClockState

MOST_TEXTS = 64


class _Texts(dict[frozenset[int], bytes]):
    """Caches the users of some sets of seats as a JSON list; seats that move at once make ever new sets."""

    def __init__(self, users: tuple[int, ...]) -> None:
        super().__init__()
        self._users = users

    def __missing__(self, seats: frozenset[int]) -> bytes:
        if len(self) >= MOST_TEXTS:
            self.clear()
        text = self[seats] = str([self._users[seat] for seat in seats]).encode()
        return text


class Clocks:
    """The clocks of a turn-based game, by seat, in seconds of any monotonic clock."""

    def __init__(self, clock: Clock, users: tuple[int, ...]) -> None:
        self._clock = clock
        self._seconds = clock.seconds
        self._increment = clock.increment
        self._second = 0
        self._second_text = b""
        self.show(users)
        self._left = [clock.seconds] * len(users)
        self.left_ms = [int(clock.seconds * 1000)] * len(users)
        """Milliseconds left by seat, when a clock was last pressed or stopped."""
        self.running: frozenset[int] = frozenset()
        self._since = 0.0

    def show(self, users: tuple[int, ...]) -> None:
        """Show these users' clocks from now on, by seat; a seat of user 0 is not taken."""
        clock = self._clock
        shown = ",".join(f'"{user}":%d' if user else f'"seat_{seat}":%d' for seat, user in enumerate(users))
        self._told = "".join(
            (
                f'{{"initial_ms":{int(clock.seconds * 1000)},"increment_ms":{int(clock.increment * 1000)},',
                '"left_ms":{' + shown + "},",
                '"running":%b,"at":"%b.%03dZ"}',
            )
        ).encode()
        self._running_text = _Texts(users)

    def run(self, seats: Iterable[int], now: float) -> None:
        """Start the clocks of these seats, and stop all others, without counting the time so far."""
        self.running = frozenset(seats)
        self._since = now

    def stop(self, now: float) -> None:
        """Stop all clocks."""
        self.restore([int(self.left_of(seat, now) * 1000) for seat in range(len(self._left))])
        self.run((), now)

    def restore(self, left_ms: list[int]) -> None:
        """Set the time left, by seat."""
        self.left_ms = left_ms
        self._left = [left / 1000 for left in left_ms]

    def refill(self, seat: int) -> None:
        """Give this seat its full time again."""
        self.restore([*self.left_ms[:seat], int(self._seconds * 1000), *self.left_ms[seat + 1 :]])

    def press(self, seat: int, seats_next: frozenset[int], now: float) -> None:
        """Count a move of this seat: stop its clock, and start those of ``seats_next``."""
        left, left_ms = self._left, self.left_ms
        elapsed = now - self._since
        left[seat] += self._increment
        for running in self.running:
            left[running] = remaining = left[running] - elapsed
            left_ms[running] = int(remaining * 1000)
        self.running = seats_next
        self._since = now

    def left_of(self, seat: int, now: float) -> float:
        """Return how many seconds the seat has left."""
        return self._left[seat] - (now - self._since if seat in self.running else 0.0)

    def flag_falls(self) -> float | None:
        """Return when the first running clock runs out, or None if none is running."""
        least = None
        for seat in self.running:
            left = self._left[seat]
            if least is None or left < least:
                least = left
        return None if least is None else self._since + least

    def told(self, now: float, wall: float) -> bytes:
        """Return the clocks as clients see them, a ``ClockState`` in JSON.

        ``wall`` is ``now`` as Unix time.
        """
        since = wall - (now - self._since) if self.running else wall
        second = int(since)
        if second != self._second:
            self._second = second
            self._second_text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()
        milliseconds = int((since - second) * 1000)
        return self._told % (
            *self.left_ms,
            self._running_text[self.running],
            self._second_text,
            milliseconds,
        )

    def shown(self, now: float, wall: float) -> ClockState:
        """Return the same as ``told``, not yet in JSON."""
        return decode(self.told(now, wall), type=ClockState)
