"""The deadlines of a room. Nothing here acts: the room asks what is due now, and does it."""

from collections.abc import Iterable
from typing import NamedTuple

from game.author.game import Game
from game.live.clock import Clocks
from game.live.room.phase import Phase
from game.live.seats import Seated

UNLOAD_AFTER_S = 60.0
"""A finished room leaves memory once it was empty for so long."""
MISSED_AFTER_TAKEOVER_S = 3.0
"""After a takeover, players who have not reconnected by then are announced as gone."""


class Due(NamedTuple):
    """The deadlines due now in a room. At most one of the first three holds."""

    never_started: bool = False
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
) -> Due:
    """Return what is due in a room that was opened, or filled, at ``opened_at``."""
    match phase:
        case Phase.CREATED:
            return _until_start(opened_at + game.fill_within, now)
        case Phase.WAITING_FOR_PLAYERS | Phase.WAITING_FOR_READY:
            return _until_start(opened_at + game.start_within, now)
        case Phase.ACTIVE:
            return _while_active(seats, clocks, now, game.grace)
        case _:
            return Due()


def _until_start(start_by: float, now: float) -> Due:
    return Due(never_started=True) if now >= start_by else Due(next_at=start_by)


def _while_active(seats: Iterable[Seated], clocks: Clocks | None, now: float, grace_s: float) -> Due:
    moments: list[float] = []
    if clocks is not None and (flag_falls := clocks.flag_falls()) is not None:
        if now >= flag_falls:
            return Due(out_of_time=tuple(n for n in clocks.running if clocks.left_of(n, now) <= 0))
        moments.append(flag_falls)
    missed: list[Seated] = []
    stayed_away: list[int] = []
    for seat in seats:
        if seat.connected or seat.gone is not None or seat.away_since is None:
            continue
        missed_at = seat.away_since + MISSED_AFTER_TAKEOVER_S
        forfeits_at = seat.away_since + grace_s
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
