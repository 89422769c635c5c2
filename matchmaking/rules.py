"""Who plays whom: waiting tickets in, groups for one game each out."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

WINDOW = 100.0
"""How far apart the ratings of a group may be at once."""
WINDOW_GROWTH = 25.0
"""By how much the window widens with each second waited."""
ANYBODY_AFTER_S = 30.0
"""From then on a ticket takes anybody."""
FEWER_AFTER_S = 10.0
"""From then on a ticket makes do with fewer players than the game takes at most."""
LOOKED_AT = 32
"""How many more tickets than a game has seats are tried to fill one group: parties may fit badly."""


class Waiting(NamedTuple):
    """A ticket as the matcher sees it. Lower ids came earlier; ``waited`` is in seconds."""

    id: int
    rating: int
    waited: float
    user_ids: tuple[int, ...]


class _Candidate(NamedTuple):
    """A group that may play, in the order of preference: full, then close, then old."""

    free_seats: int
    spread: int
    eldest: int
    places: tuple[int, ...]


def window(waited: float) -> float:
    """How far apart ratings may be for a ticket that has waited so long."""
    return math.inf if waited >= ANYBODY_AFTER_S else WINDOW + WINDOW_GROWTH * max(waited, 0.0)


def groups(
    tickets: Iterable[Waiting], *, fewest: int, most: int, apart: Iterable[tuple[int, int]] = ()
) -> list[list[Waiting]]:
    """Group tickets into games of ``fewest`` to ``most`` players, the closest in rating first.

    A group's ratings lie within the window of the one of it who has waited longest. Tickets are never split;
    those left over wait on. Users to be kept ``apart`` never come into one group by different tickets.
    """
    return list(_Sweep(tickets, fewest, most, apart).run())


class _Sweep:
    """The tickets in the order of rating, as a linked list from which groups are taken.

    Only neighbours need looking at: whoever may play with somebody further off may play with those between,
    but for those kept apart, who are passed over.
    """

    def __init__(
        self, tickets: Iterable[Waiting], fewest: int, most: int, apart: Iterable[tuple[int, int]]
    ) -> None:
        fitting = (ticket for ticket in tickets if len(ticket.user_ids) <= most)
        self._tickets = sorted(fitting, key=lambda ticket: (ticket.rating, ticket.id))
        self._fewest, self._most = fewest, most
        count = len(self._tickets)
        self._is_free = [True] * count
        self._after = list(range(1, count + 1))
        self._before = list(range(-1, count - 1))
        self._heap: list[_Candidate] = []
        self._foes: defaultdict[int, set[int]] = defaultdict(set)
        for one, other in apart:
            self._foes[one].add(other)
            self._foes[other].add(one)

    def run(self) -> Iterator[list[Waiting]]:
        for place in range(len(self._tickets)):
            self._offer(place)
        while self._heap:
            candidate = heapq.heappop(self._heap)
            if all(self._is_free[place] for place in candidate.places):
                yield [self._tickets[place] for place in candidate.places]
                self._take(candidate.places)
            elif self._is_free[candidate.places[0]]:
                self._offer(candidate.places[0])

    def _offer(self, lowest: int) -> None:
        """Put the best group in which this ticket has the lowest rating on the heap."""
        tickets, last = self._tickets, len(self._tickets)
        first = tickets[lowest]
        places, players, waited, eldest = [lowest], len(first.user_ids), first.waited, first.id
        best: _Candidate | None = None
        place = lowest
        for _ in range(self._most + LOOKED_AT):
            spread = tickets[place].rating - first.rating
            is_enough = players == self._most or (players >= self._fewest and waited >= FEWER_AFTER_S)
            if places[-1] == place and is_enough and spread <= window(waited):
                best = _Candidate(self._most - players, spread, eldest, tuple(places))
            place = self._after[place]
            if players >= self._most or place == last:
                break
            ticket = tickets[place]
            fits = players + len(ticket.user_ids) <= self._most
            if fits and not (self._foes and self._are_apart(places, ticket)):
                places.append(place)
                players += len(ticket.user_ids)
                waited = max(waited, ticket.waited)
                eldest = min(eldest, ticket.id)
        if best is not None:
            heapq.heappush(self._heap, best)

    def _are_apart(self, places: Iterable[int], ticket: Waiting) -> bool:
        foes = set().union(*(self._foes.get(user_id, ()) for user_id in ticket.user_ids))
        return not all(foes.isdisjoint(self._tickets[place].user_ids) for place in places)

    def _take(self, places: tuple[int, ...]) -> None:
        for place in places:
            self._is_free[place] = False
            before, after = self._before[place], self._after[place]
            if before >= 0:
                self._after[before] = after
            if after < len(self._tickets):
                self._before[after] = before
        # Those below have new neighbours.
        below = self._before[places[-1]]
        for _ in range(self._most - 1):
            if below < 0:
                break
            self._offer(below)
            below = self._before[below]
