"""Matching rules: group waiting tickets into games."""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

WINDOW = 100.0
"""Maximum difference of ratings within a group, in points, before any waiting."""
WINDOW_GROWTH = 25.0
"""Points by which the window widens per second waited."""
NEWCOMER_FROM = 200
"""Players with at least this rating uncertainty are newcomers: about the first thirty games."""
UNCERTAIN_WINDOW = 3.5
"""Window among newcomers, in multiples of their uncertainty: enough to include eight wins in a row."""
ANYBODY_AFTER_S = 30.0
"""After this time a ticket is matched with any opponent."""
FEWER_AFTER_S = 10.0
"""After this time a ticket is matched into a game with fewer players than the maximum."""
FIRST_PENALTY_S = 30.0
"""Penalty for leaving a match before it began; it doubles each time."""
LONGEST_PENALTY_S = 900.0
FORGIVEN_AFTER_S = 86_400.0
"""After this long without another, the next penalty counts as the first."""
MAX_CANDIDATES = 32
"""The number of tickets beyond the game's seats that are tried to fill one group: parties may fit badly."""


class Waiting(NamedTuple):
    """A ticket as the matcher sees it. ``waited`` is in seconds; among equals, lower ids came first."""

    id: int
    rating: int
    waited: float
    user_ids: tuple[int, ...]
    uncertainty: int = 0


class _Candidate(NamedTuple):
    """A possible group, ordered by preference: full, then close in rating, then old."""

    free_seats: int
    spread: int
    age: tuple[float, int]
    places: tuple[int, ...]


def window(waited: float) -> float:
    """Return the maximum difference of ratings for a ticket that has waited this many seconds."""
    return math.inf if waited >= ANYBODY_AFTER_S else WINDOW + WINDOW_GROWTH * max(waited, 0.0)


def window_among_newcomers(ticket: Waiting) -> float:
    """Return the maximum difference of ratings for a newcomer's ticket among those of newcomers."""
    return max(window(ticket.waited), UNCERTAIN_WINDOW * ticket.uncertainty)


def penalty_s(times: int) -> float:
    """Return the penalty in seconds after leaving this many matches early in a row."""
    return min(FIRST_PENALTY_S * 2.0 ** (times - 1), LONGEST_PENALTY_S)


def groups(
    tickets: Iterable[Waiting], *, fewest: int, most: int, apart: Iterable[tuple[int, int]] = ()
) -> list[list[Waiting]]:
    """Group tickets into games of ``fewest`` to ``most`` players, the closest in rating first.

    A group's ratings lie within the window of its member that has waited longest. Remaining newcomers, whose
    ratings mean little yet, are then matched with each other. Tickets are never split; the rest keep waiting.
    Two users listed in ``apart`` are never matched unless they share a ticket.
    """
    waiting, foes = list(tickets), list(apart)
    made = list(_Sweep(waiting, fewest, most, foes, lambda ticket: window(ticket.waited)).run())
    taken = {ticket.id for group in made for ticket in group}
    newcomers = [one for one in waiting if one.uncertainty >= NEWCOMER_FROM and one.id not in taken]
    made += _Sweep(newcomers, fewest, most, foes, window_among_newcomers).run()
    return made


def _age(ticket: Waiting) -> tuple[float, int]:
    """Sort key that puts the oldest ticket first."""
    return -ticket.waited, ticket.id


class _Sweep:
    """The tickets sorted by rating, as a linked list from which groups are removed.

    Only neighbours need to be considered: a player who can be matched with a distant ticket can also be
    matched with those in between, except for users kept apart, who are skipped.
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
        """Push the best group in which this ticket has the lowest rating onto the heap."""
        tickets, last = self._tickets, len(self._tickets)
        first = tickets[lowest]
        places, players, waited, age = [lowest], len(first.user_ids), first.waited, _age(first)
        reach = self._window_of(first)
        best: _Candidate | None = None
        place = lowest
        for _ in range(self._most + MAX_CANDIDATES):
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
        # The tickets below have new neighbours.
        below = self._before[places[-1]]
        for _ in range(self._most - 1):
            if below < 0:
                break
            self._offer(below)
            below = self._before[below]
