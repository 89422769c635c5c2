"""Who plays whom: waiting tickets in, groups for one game each out."""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

WINDOW = 100.0
"""How far apart the ratings of a group may be at once."""
WINDOW_GROWTH = 25.0
"""By how much the window widens with each second waited."""
NEWCOMER_FROM = 200
"""From this uncertainty of the rating on a player is a newcomer: about the first thirty games."""
UNCERTAIN_WINDOW = 3.5
"""So many times their uncertainty newcomers may be apart from each other: eight wins in a row are."""
ANYBODY_AFTER_S = 30.0
"""From then on a ticket takes anybody."""
FEWER_AFTER_S = 10.0
"""From then on a ticket makes do with fewer players than the game takes at most."""
FIRST_PENALTY_S = 30.0
"""How long who left a match before it began waits before queueing again; each further time doubles it."""
LONGEST_PENALTY_S = 900.0
FORGIVEN_AFTER_S = 86_400.0
"""After so long without another, the next counts as the first."""
LOOKED_AT = 32
"""How many more tickets than a game has seats are tried to fill one group: parties may fit badly."""


class Waiting(NamedTuple):
    """A ticket as the matcher sees it. ``waited`` is in seconds; of equals lower ids came earlier."""

    id: int
    rating: int
    waited: float
    user_ids: tuple[int, ...]
    uncertainty: int = 0


class _Candidate(NamedTuple):
    """A group that may play, in the order of preference: full, then close, then old."""

    free_seats: int
    spread: int
    age: tuple[float, int]
    places: tuple[int, ...]


def window(waited: float) -> float:
    """How far apart ratings may be for a ticket that has waited so long."""
    return math.inf if waited >= ANYBODY_AFTER_S else WINDOW + WINDOW_GROWTH * max(waited, 0.0)


def window_among_newcomers(ticket: Waiting) -> float:
    """How far apart ratings may be for a newcomer's ticket among others of newcomers."""
    return max(window(ticket.waited), UNCERTAIN_WINDOW * ticket.uncertainty)


def penalty_s(times: int) -> float:
    """How long to wait after leaving a match early so many times in a row."""
    return min(FIRST_PENALTY_S * 2.0 ** (times - 1), LONGEST_PENALTY_S)


def groups(
    tickets: Iterable[Waiting], *, fewest: int, most: int, apart: Iterable[tuple[int, int]] = ()
) -> list[list[Waiting]]:
    """Group tickets into games of ``fewest`` to ``most`` players, the closest in rating first.

    A group's ratings lie within the window of the one of it who has waited longest. Newcomers left over,
    whose ratings say little yet, then play each other. Tickets are never split; those left over wait on.
    Users to be kept ``apart`` never come into one group by different tickets.
    """
    waiting, foes = list(tickets), list(apart)
    made = list(_Sweep(waiting, fewest, most, foes, lambda ticket: window(ticket.waited)).run())
    taken = {ticket.id for group in made for ticket in group}
    newcomers = [one for one in waiting if one.uncertainty >= NEWCOMER_FROM and one.id not in taken]
    made += _Sweep(newcomers, fewest, most, foes, window_among_newcomers).run()
    return made


def _age(ticket: Waiting) -> tuple[float, int]:
    """A key by which the eldest comes first."""
    return -ticket.waited, ticket.id


class _Sweep:
    """The tickets in the order of rating, as a linked list from which groups are taken.

    Only neighbours need looking at: whoever may play with somebody further off may play with those between,
    but for those kept apart, who are passed over.
    """

    def __init__(
        self,
        tickets: Iterable[Waiting],
        fewest: int,
        most: int,
        apart: Iterable[tuple[int, int]],
        window_of: Callable[[Waiting], float],
    ) -> None:
        fitting = (ticket for ticket in tickets if len(ticket.user_ids) <= most)
        self._tickets = sorted(fitting, key=lambda ticket: (ticket.rating, *_age(ticket)))
        self._window_of = window_of
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
        places, players, waited, age = [lowest], len(first.user_ids), first.waited, _age(first)
        reach = self._window_of(first)
        best: _Candidate | None = None
        place = lowest
        for _ in range(self._most + LOOKED_AT):
            spread = tickets[place].rating - first.rating
            is_enough = players == self._most or (players >= self._fewest and waited >= FEWER_AFTER_S)
            if places[-1] == place and is_enough and spread <= reach:
                best = _Candidate(self._most - players, spread, age, tuple(places))
            place = self._after[place]
            if players >= self._most or place == last:
                break
            ticket = tickets[place]
            fits = players + len(ticket.user_ids) <= self._most
            if fits and not (self._foes and self._are_apart(places, ticket)):
                places.append(place)
                players += len(ticket.user_ids)
                waited = max(waited, ticket.waited)
                age = min(age, _age(ticket))
                reach = max(reach, self._window_of(ticket))
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
