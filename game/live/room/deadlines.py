"""The deadlines of a room. Nothing here acts: the room asks what is due now, and does it."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from game.author.game import Game
from game.author.timing import Days
from game.live.clock import Clocks
from game.live.room.phase import Phase
from game.live.seats import Seated

UNLOAD_AFTER_S = 60.0
"""A finished room leaves memory once it was empty for so long."""
MISSED_AFTER_TAKEOVER_S = 3.0
"""After a takeover, players who have not reconnected by then are announced as gone."""


class Timing(NamedTuple):
    """The moments of a game's own phases and timers."""

    rings_at: float | None = None
    """When the rules are to be called."""
    choose_by: float | None = None
    """When the time of those who are ``choosing`` is up."""
    choosing: Collection[int] = ()


class Due(NamedTuple):
    """The deadlines due now in a room. At most one of the first five holds."""

    never_started: bool = False
    rings: bool = False
    """Whether the rules are to be called: a timer, or the end of a phase."""
    late: tuple[int, ...] = ()
    """Seats whose time for a choice is up."""
    out_of_time: tuple[int, ...] = ()
    """Seats whose clocks have run out."""
    stayed_away: tuple[int, ...] = ()
    """Seats whose players have not come back in time."""
    missed: tuple[Seated, ...] = ()
    """Players to be announced as gone."""
    next_at: float | None = None
    """When to ask again, if none of them holds."""


def due(
    phase: Phase,
    seats: Iterable[Seated],
    clocks: Clocks | None,
    opened_at: float,
    now: float,
    game: Game | type[Game] = Game,
    timing: Timing = Timing(),  # noqa: B008 - it is immutable
) -> Due:
    """Return what is due in a room that was opened, or filled, at ``opened_at``."""
    match phase:
        case Phase.CREATED:
            return _until_start(opened_at + game.fill_within, now)
        case Phase.WAITING_FOR_PLAYERS | Phase.WAITING_FOR_READY:
            return _until_start(opened_at + game.start_within, now)
        case Phase.ACTIVE:
            return _of_rules(timing, now) or _while_active(seats, clocks, now, game, timing)
        case _:
            return Due()


def _until_start(start_by: float, now: float) -> Due:
    return Due(never_started=True) if now >= start_by else Due(next_at=start_by)


def _of_rules(timing: Timing, now: float) -> Due | None:
    """Return what the rules have planned for now, if anything."""
    if timing.rings_at is not None and now >= timing.rings_at:
        return Due(rings=True)
    if timing.choosing and timing.choose_by is not None and now >= timing.choose_by:
        return Due(late=tuple(sorted(timing.choosing)))
    return None


def _while_active(
    seats: Iterable[Seated], clocks: Clocks | None, now: float, game: Game | type[Game], timing: Timing
) -> Due:
    moments = [timing.rings_at] if timing.rings_at is not None else []
    if timing.choosing and timing.choose_by is not None:
        moments.append(timing.choose_by)
    if clocks is not None and (flag_falls := clocks.flag_falls()) is not None:
        if now >= flag_falls:
            return Due(out_of_time=tuple(n for n in clocks.running if clocks.left_of(n, now) <= 0))
        moments.append(flag_falls)
    if isinstance(game.clock, Days):
        return Due(next_at=min(moments, default=None))  # Nobody need be here.
    missed: list[Seated] = []
    stayed_away: list[int] = []
    for seat in seats:
        if seat.connected or seat.gone is not None or seat.away_since is None:
            continue
        missed_at = seat.away_since + MISSED_AFTER_TAKEOVER_S
        forfeits_at = seat.away_since + game.grace
        if not seat.left_told:
            if now >= missed_at:
                missed.append(seat)
            else:
                moments.append(missed_at)
        if now >= forfeits_at:
            stayed_away.append(seat.number)
        else:
            moments.append(forfeits_at)
    return Due(stayed_away=tuple(stayed_away), missed=tuple(missed), next_at=min(moments, default=None))
