"""Smooth play over a slow and uneven network: a clock, interpolation and prediction.

Nothing here reads a clock or a socket: the caller says what came when. Times are milliseconds of one steady
clock, such as ``time.perf_counter() * 1000``. The same classes exist in JavaScript; ``docs/netcode.md`` has
examples.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

ARRIVALS_KEPT = 60
"""Ticks whose arrival is remembered: two seconds at 30 frames a second."""
PINGS_KEPT = 8
WAITED_FOR = 0.95
"""The share of frames that is waited for; the slowest are not."""
DELAY_MOST_MS = 250.0
CLOCK_DRIFT = 0.06
"""The share of the time by which the picture may run faster or slower to follow what the clock learns."""
DRIFT_FOR_MS = 100.0
CLOCK_JUMP_MS = 500.0
"""A larger difference is taken at once."""
GAP_EASE = 0.1
LATENCY_GUESS_MS = 50.0
STEPS_MOST = 120
"""More ticks than this are not made up for: the program slept, or the game began anew."""

View = TypeVar("View")
State = TypeVar("State")
Input = TypeVar("Input")


def mixed(start: Any, end: Any, share: float) -> Any:
    """Return ``end`` with its numbers mixed with those of ``start``: share 0 is ``start``, 1 is ``end``.

    Goes into mappings and lists of the same length. A value that is not in ``start``, or no number, is as in
    ``end``.
    """
    if isinstance(end, Mapping) and isinstance(start, Mapping):
        return {key: mixed(start.get(key), value, share) for key, value in end.items()}
    if isinstance(end, list) and isinstance(start, list) and len(start) == len(end):
        return [mixed(one, other, share) for one, other in zip(start, end, strict=True)]
    if _is_number(start) and _is_number(end):
        return start + (end - start) * share
    return end


def mixed_angle(start: float, end: float, share: float) -> float:
    """Return the angle between two, in radians, the short way round."""
    return start + ((end - start + math.pi) % math.tau - math.pi) * share


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _quantile(values: "list[float]", share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class _Ping(NamedTuple):
    latency: float
    offset: float


class Clock:
    """The server's clock and ticks, as learned from pings and frames."""

    def __init__(self, tick_rate: float = 60) -> None:
        self.tick_ms = 1000 / tick_rate
        self.jitter = 0.0
        """By how much later than the quickest frames come, all but the slowest twentieth."""
        self.delay = 0.0
        """The time by which to show frames late, so that the next one has nearly always come."""
        self._pings: deque[_Ping] = deque(maxlen=PINGS_KEPT)
        self._arrivals: deque[float] = deque(maxlen=ARRIVALS_KEPT)
        self._start: float | None = None
        self._newest = 0
        self._heard_at = 0.0
        self._gap = 1.0

    def pinged(self, sent: float, received: float, server_time: float) -> None:
        """Learn from a ping, whose answer had the server's time in milliseconds since 1970."""
        latency = received - sent
        self._pings.append(_Ping(latency, server_time + latency / 2 - received))

    @property
    def latency(self) -> float:
        """Milliseconds to the server and back."""
        if not self._pings:
            return LATENCY_GUESS_MS
        return _quantile([ping.latency for ping in self._pings], 0.5)

    def server_time(self, now: float) -> float | None:
        """Return the server's time in milliseconds since 1970, by the quickest ping."""
        return now + min(self._pings).offset if self._pings else None

    def ticked(self, tick: int, now: float) -> None:
        """Learn from the frame of a tick that comes now."""
        start = now - tick * self.tick_ms
        # The game went on elsewhere, or this program slept.
        if self._start is not None and abs(start - self._start) > CLOCK_JUMP_MS + self.delay:
            self._start = None
            self._arrivals.clear()
        if self._start is not None and tick > self._newest:
            self._gap += (tick - self._newest - self._gap) * GAP_EASE
        self._newest = tick
        self._arrivals.append(start)
        quickest = min(self._arrivals)
        self.jitter = _quantile(list(self._arrivals), WAITED_FOR) - quickest
        delay = min(DELAY_MOST_MS, (self._gap + 0.5) * self.tick_ms + self.jitter)
        most = min(now - self._heard_at, DRIFT_FOR_MS) * CLOCK_DRIFT
        self._heard_at = now
        if self._start is None:
            self._start, self.delay = quickest, delay
        else:
            self._start += max(-most, min(most, quickest - self._start))
            self.delay += max(-most, min(most, delay - self.delay))

    def tick(self, now: float) -> float | None:
        """Return the tick, with its fraction, whose frame would come now."""
        return None if self._start is None else (now - self._start) / self.tick_ms

    def shown(self, now: float) -> float | None:
        """Return the tick to show now: ``delay`` late."""
        return self.tick(now - self.delay)

    def predicted(self, now: float) -> float | None:
        """Return the tick that has what is sent now."""
        return self.tick(now + self.latency)


class Interpolation(Generic[View]):
    """The newest frames, and what lies between two."""

    def __init__(self, mix: Callable[[View, View, float], View] = mixed, *, keep: int = 32) -> None:
        self._mix = mix
        self._frames: deque[tuple[int, View]] = deque(maxlen=keep)

    def add(self, tick: int, view: View) -> None:
        """Add a frame; one that is older than the newest begins anew."""
        if self._frames and tick <= self._frames[-1][0]:
            self._frames.clear()
        self._frames.append((tick, view))

    def at(self, tick: float) -> View | None:
        """Return the view at a tick with its fraction: outside of the frames, the nearest one."""
        before: tuple[int, View] | None = None
        for frame in self._frames:
            if frame[0] > tick:
                if before is None:
                    return frame[1]
                return self._mix(before[1], frame[1], (tick - before[0]) / (frame[0] - before[0]))
            before = frame
        return before[1] if before else None


class Prediction(Generic[State, Input]):
    """The player's own part of the state, stepped here at once by the same rules as on the server.

    Each frame makes it right: the steps that the server has not made yet are repeated upon its state. An
    error is not shown as a jump, but eased away.
    """

    def __init__(
        self,
        state: State,
        input: Input,
        step: Callable[[State, Input, float], State],
        *,
        mix: Callable[[State, State, float], State] = mixed,
        tick_rate: float = 60,
        ease_ms: float = 80,
    ) -> None:
        self.n = 0
        """The number of the newest input: the ``n`` of its movement."""
        self._inputs = {0: input}
        self._steps: list[tuple[int, int]] = []
        """The number of the input at each tick that the server has not shown yet."""
        self._tick: int | None = None
        self._state = self._eased = self._before = state
        self._step = step
        self._mix = mix
        self._seconds = 1 / tick_rate
        self._ease = 1 - math.exp(-1000 / tick_rate / ease_ms)

    @property
    def input(self) -> Input:
        """The newest input."""
        return self._inputs[self.n]

    def steer(self, input: Input) -> int:
        """Take an input, which holds until the next one; return its number."""
        self.n += 1
        self._inputs[self.n] = input
        return self.n

    def advance(self, tick: float) -> State:
        """Go on to a tick with its fraction (``Clock.predicted``); return the state to show then."""
        whole = math.ceil(tick)
        if self._tick is None or abs(whole - self._tick) > STEPS_MOST:
            self._tick = whole
            self._steps = []
        while self._tick < whole:
            self._tick += 1
            self._steps.append((self._tick, self.n))
            self._state = self._step(self._state, self.input, self._seconds)
            self._before = self._eased
            eased = self._step(self._eased, self.input, self._seconds)
            self._eased = self._mix(eased, self._state, self._ease)
        return self._mix(self._before, self._eased, max(0.0, 1 - (self._tick - tick)))

    def correct(self, tick: int, state: State, ack: int = 0) -> None:
        """Take the server's state at a tick, in which it had applied the inputs up to number ``ack``."""
        self._steps = [step for step in self._steps if step[0] > tick]
        if self._tick is None or self._tick < tick:
            self._tick = tick
        if ack > self.n:
            # The seat was played by another program before.
            self._inputs[ack] = self.input
            self.n = ack
        self._state = state
        for _, number in self._steps:
            # An input may have come earlier than it was expected to.
            self._state = self._step(self._state, self._inputs[max(number, ack)], self._seconds)
        oldest = min(ack or self.n, self._steps[0][1] if self._steps else self.n)
        self._inputs = {number: one for number, one in self._inputs.items() if number >= oldest}
