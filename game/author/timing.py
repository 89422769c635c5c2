"""Time in the rules of a game: clocks, phases and timers.

Rules never read a clock. They say what is due when, and the platform calls them when it is. The time of a
match is counted in ticks: in real time those of the game, otherwise milliseconds of play.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, Final, Literal, TypeVar

import msgspec

from game.author.results import Seat

SKIP: Final = "skip"
"""The turn passes without a move."""
LOSE: Final = "lose"
"""The player leaves because time ran out: ``left`` decides what that means, by default the game is lost."""

ALL: Final = "all"
"""Everybody chooses at once, hidden from the others until all have."""
TURN: Final = "turn"
"""Whoever's turn it is."""

Overtime = Literal["skip", "lose"]

DAY_S: Final = 86_400
LEAST_S: Final = 0.1
"""The shortest time that rules can ask for, in seconds."""
MS: Final = 1000

F = TypeVar("F", bound=Callable[..., None])


class Clock(msgspec.Struct, frozen=True):
    """A seat's thinking time in seconds, and the increment added after each of its moves.

    Then follow ``periods`` of ``byo_yomi`` seconds each: a move within a period gives it back whole.
    """

    seconds: float
    increment: float = 0.0
    byo_yomi: float = 0.0
    periods: int = 0

    @property
    def total(self) -> float:
        """The seconds after which a seat that does not move has lost."""
        return self.seconds + self.byo_yomi * self.periods


class Turns(msgspec.Struct, frozen=True):
    """A limit in seconds for each turn; then follows ``on_timeout``, unless the game defines its own."""

    seconds: float
    on_timeout: Overtime = LOSE


class Days(msgspec.Struct, frozen=True):
    """Correspondence: days for each turn, and nobody need be here. ``on_timeout`` is as that of ``Turns``."""

    days: float
    on_timeout: Overtime = LOSE

    @property
    def seconds(self) -> float:
        return self.days * DAY_S


def described(clock: Clock | Turns | Days | None) -> dict[str, Any] | None:
    """Return a thinking time as clients are told it: its ``kind``, and its numbers."""
    if clock is None:
        return None
    numbers: dict[str, Any] = msgspec.to_builtins(clock)
    return {"kind": type(clock).__name__.lower(), **numbers}


class Phase(msgspec.Struct, frozen=True):
    """A part of a game: which ``moves`` may be made in it, by whom, and for how long.

    It lasts until the rules ``go_to`` another, until all have chosen where it is for ``ALL``, or for so many
    ``seconds``; ``then`` the phase of that name follows, by default the next one of the list.
    """

    name: str
    moves: Sequence[str] = ()
    who: Literal["turn", "all"] = TURN
    seconds: float | None = None
    then: str | None = None


class Timer(msgspec.Struct, frozen=True):
    """A timer that is due at this tick."""

    due: int
    name: str


class Agenda(msgspec.Struct, frozen=True):
    """The time of a match in ticks, and what is still to come.

    ``phase_due`` is when the phase is over, ``entered`` counts the phases so far. ``chosen`` has the
    movements of a phase for ALL by seat, None for a seat that was skipped.
    """

    now: int = 0
    phase: str = ""
    phase_due: int | None = None
    entered: int = 0
    timers: tuple[Timer, ...] = ()
    chosen: dict[Seat, dict[str, Any] | None] = {}

    def dump(self) -> dict[str, Any]:
        """Return the agenda in plain JSON types."""
        plain: dict[str, Any] = msgspec.to_builtins(self, str_keys=True)
        return plain

    @classmethod
    def load(cls, dump: Mapping[str, Any]) -> "Agenda":
        return msgspec.convert(dump, cls, str_keys=True)

    def shifted(self, now: int) -> "Agenda":
        """Return the same things to come, as long from ``now`` as they were."""
        later = now - self.now
        return msgspec.structs.replace(
            self,
            now=now,
            phase_due=None if self.phase_due is None else self.phase_due + later,
            timers=tuple(Timer(timer.due + later, timer.name) for timer in self.timers),
        )

    def with_timer(self, due: int, name: str) -> "Agenda":
        """Return the agenda with this timer in place of any of the same name; those due first come first."""
        others = [timer for timer in self.timers if timer.name != name]
        timers = sorted([*others, Timer(due, name)], key=lambda timer: timer.due)
        return msgspec.structs.replace(self, timers=tuple(timers))


NOTHING_DUE: Final = Agenda()


def ticks(seconds: float, rate: int) -> int:
    """Return a time in ticks. Raises ValueError if it is too short."""
    if not seconds >= LEAST_S:
        raise ValueError(f"{seconds!r} seconds are too short: {LEAST_S} at least")
    return ceil(seconds * rate)


def timer(method: F) -> F:
    """Mark a method as a timer, which ``self.after(seconds, "name")`` has called after so long.

    ``method(self, state)`` changes ``state`` in place, as a move does.
    """
    method.is_timer = True  # type: ignore[attr-defined]
    return method
