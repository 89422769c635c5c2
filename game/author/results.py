"""The result of a game: what ``result`` may return, and the places that follow from it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import msgspec

Seat = int
"""The number of a player's seat, from 0. The rules do not know which user sits there."""

Score = int | float
"""A seat's score.

The union keeps integers integers: compiled code would turn 1 into 1.0 for plain ``float``.
"""

Places = tuple[tuple[Seat, ...], ...]
"""All seats by place, the best first; seats that share a place are together."""

DRAW: Final = "draw"
"""Return this from ``result`` to end the game in a draw."""


class Ranking(msgspec.Struct, frozen=True):
    """The places of the seats, the best first; seats that share a place are together.

    ``Ranking([[2], [0], [1, 3]])``: seat 2 is first, seat 0 second, seats 1 and 3 share the third place.
    Seats that are left out share the last place.
    """

    places: Sequence[Iterable[Seat]]


Verdict = Seat | Iterable[Seat] | Literal["draw"] | Ranking | None


class Outcome(msgspec.Struct, frozen=True):
    """The result of a game: the winning seats, whether it was a draw, each seat's score, and the places.

    Without winners and without a draw, everybody lost.
    """

    winners: tuple[Seat, ...]
    draw: bool
    scores: tuple[Score, ...]
    places: Places = ()


def read_verdict(verdict: Any, seats: Sequence[Seat], teams: Places) -> tuple[tuple[Seat, ...], bool, Places]:
    """Return the winners, whether it is a draw, and the places. Raises ValueError.

    Seats of a team share the place of the best among them.
    """
    everybody = (tuple(seats),)
    if verdict == DRAW:
        return (), True, everybody
    ranked = verdict.places if isinstance(verdict, Ranking) else [verdict]
    places = [(place,) if type(place) is int else tuple(sorted(set(place))) for place in ranked]
    named = [seat for place in places for seat in place]
    if not all(type(seat) is int and seat in seats for seat in named) or len(set(named)) < len(named):
        raise ValueError(
            f"result() returned {verdict!r}, which is not a seat, a list of seats, a Ranking or DRAW"
        )
    placed = _together(places, seats, teams)
    if not isinstance(verdict, Ranking):
        return (placed[0] if named else ()), False, placed
    is_draw = len(placed) == 1
    return (() if is_draw else placed[0]), is_draw, placed


def behind(places: Places, last: Iterable[Seat]) -> Places:
    """Return the places with these seats behind all others, in one last place."""
    moved = tuple(sorted(last))
    kept = (tuple(seat for seat in place if seat not in moved) for place in places)
    return tuple(place for place in (*kept, moved) if place)


def _together(places: Sequence[Sequence[Seat]], seats: Sequence[Seat], teams: Places) -> Places:
    """Return the places of all seats: those not named come last, and teams stay together."""
    place_of = {seat: number for number, place in enumerate(places) for seat in place}
    for team in teams:
        best = min(place_of.get(seat, len(places)) for seat in team)
        place_of |= dict.fromkeys(team, best)
    by_place: list[list[Seat]] = [[] for _ in range(len(places) + 1)]
    for seat in seats:
        by_place[place_of.get(seat, len(places))].append(seat)
    return tuple(tuple(place) for place in by_place if place)
