"""Thinking time: how much each player has left, and whose clock is running."""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import ceil

from msgspec.json import decode

from game.author.timing import Clock, Days, Turns
from game.events import ClockState

MAX_TEXTS = 64


class _Texts(dict[frozenset[int], bytes]):
    """Caches the users of some sets of seats as a JSON list; seats that move at once make ever new sets."""

    def __init__(self, users: tuple[int, ...]) -> None:
        super().__init__()
        self._users = users

    def __missing__(self, seats: frozenset[int]) -> bytes:
        if len(self) >= MAX_TEXTS:
            self.clear()
        text = self[seats] = str([self._users[seat] for seat in seats]).encode()
        return text


class Clocks:
    """The clocks of a turn-based game, by seat, in seconds of any monotonic clock."""

    def __init__(self, clock: Clock | Turns | Days, users: tuple[int, ...]) -> None:
        self._clock = clock
        self._is_each_turn = not isinstance(clock, Clock)
        """Whether each turn has its own time."""
        self._seconds = clock.total if isinstance(clock, Clock) else clock.seconds
        self._increment = clock.increment if isinstance(clock, Clock) else 0.0
        self._byo_yomi = clock.byo_yomi if isinstance(clock, Clock) else 0.0
        self._byo_yomi_from = self._byo_yomi * clock.periods if isinstance(clock, Clock) else 0.0
        self._second = 0
        self._second_text = b""
        self.show(users)
        self._left = [self._seconds] * len(users)
        self.left_ms = [int(self._seconds * 1000)] * len(users)
        """Milliseconds left by seat, when a clock was last pressed or stopped."""
        self.running: frozenset[int] = frozenset()
        self._since = 0.0

    def show(self, users: tuple[int, ...]) -> None:
        """Show these users' clocks from now on, by seat; a seat of user 0 is not taken."""
        clock = self._clock
        shown = ",".join(f'"{user}":%d' if user else f'"seat_{seat}":%d' for seat, user in enumerate(users))
        kind = ""
        if isinstance(clock, Clock) and clock.periods:
            kind = f'"byo_yomi_ms":{int(clock.byo_yomi * 1000)},"periods":{clock.periods},'
        elif self._is_each_turn:
            kind = '"each_turn":true,'
        self._told = "".join(
            (
                f'{{"initial_ms":{int(self._seconds * 1000)},"increment_ms":{int(self._increment * 1000)},',
                kind,
                '"left_ms":{' + shown + "},",
                '"running":%b,"at":"%b.%03dZ"}',
            )
        ).encode()
        self._running_text = _Texts(users)

    def run(self, seats: Iterable[int], now: float) -> None:
        """Start the clocks of these seats, and stop all others, without counting the time so far.

        Where each turn has its own time, theirs begin anew.
        """
        self.running = frozenset(seats)
        self._since = now
        if self._is_each_turn:
            self._begin_turns(self.running)

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
        if self._byo_yomi and left[seat] < self._byo_yomi_from:
            # The period in which the move was made is whole again.
            left[seat] = ceil(left[seat] / self._byo_yomi) * self._byo_yomi
            left_ms[seat] = int(left[seat] * 1000)
        if self._is_each_turn:
            self._begin_turns((seats_next - self.running) | {seat})
        self.running = seats_next
        self._since = now

    def turn(self, seats_next: frozenset[int], now: float) -> None:
        """Start the clocks of ``seats_next`` although nobody has moved; those that run already run on."""
        left, left_ms = self._left, self.left_ms
        for running in self.running:
            left[running] -= now - self._since
            left_ms[running] = int(left[running] * 1000)
        if self._is_each_turn:
            self._begin_turns(seats_next - self.running)
        self.running = seats_next
        self._since = now

    def _begin_turns(self, seats: Iterable[int]) -> None:
        for seat in seats:
            self._left[seat] = self._seconds
            self.left_ms[seat] = int(self._seconds * 1000)

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
