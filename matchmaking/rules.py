"""Matching rules: group waiting tickets into games, and divide a group into teams."""

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from core.ids import UserId
from game.author.queues import Queue, Waiting

FIRST_PENALTY_S = 30.0
"""Penalty for leaving a match before it began; it doubles each time."""
LONGEST_PENALTY_S = 900.0
FORGIVEN_AFTER_S = 86_400.0
"""After this long without another, the next penalty counts as the first."""
MAX_CANDIDATES = 32
"""The number of tickets beyond the game's seats that are tried to fill one group: parties may fit badly."""
MAX_DIVISIONS = 300
"""The number of ways to divide a group into teams that are compared: all for ten players in two teams."""


class _Candidate(NamedTuple):
    """A possible group, ordered by preference: full, then close in rating, then old."""

    free_seats: int
    spread: int
    age: tuple[float, int]
    places: tuple[int, ...]


def penalty_s(times: int) -> float:
    """Return the penalty in seconds after leaving this many matches early in a row."""
    return min(FIRST_PENALTY_S * 2.0 ** (times - 1), LONGEST_PENALTY_S)


def groups(
    tickets: Iterable[Waiting], queue: Queue, *, apart: Iterable[tuple[UserId, UserId]] = ()
) -> list[list[Waiting]]:
    """Group tickets into games of the queue, the closest in rating first.

    A group's ratings lie within the widest window of its tickets. Remaining newcomers, whose ratings mean
    little yet, are then matched with each other. If not all tickets fit each other, those that ask for the
    same are tried first. Tickets are never split; the rest keep waiting. Two users listed in ``apart`` are
    never matched unless they share a ticket.
    """
    sizes = queue.accepted_sizes
    waiting = {ticket.id: ticket for ticket in tickets if len(ticket.user_ids) in sizes}
    foes = list(apart)
    made: list[list[Waiting]] = []
    for among_newcomers in (False, True):
        for pool in (*_asking_alike(waiting.values(), queue), list(waiting.values())):
            free = [ticket for ticket in pool if ticket.id in waiting]
            for group in _Sweep(free, queue, foes, among_newcomers=among_newcomers).run():
                made.append(group)
                for ticket in group:
                    del waiting[ticket.id]
    return made


def _asking_alike(tickets: Iterable[Waiting], queue: Queue) -> Iterable[list[Waiting]]:
    """Return the tickets with equal ``asks``, if that matters in this queue."""
    alike: dict[bytes, list[Waiting]] = {}
    if queue.has_fits:
        for ticket in tickets:
            alike.setdefault(msgspec.json.encode(ticket.asks), []).append(ticket)
    return alike.values()


def divide(group: Sequence[Waiting], seats: Sequence[int]) -> list[list[Waiting]]:
    """Divide a group into teams with these numbers of seats, as even as possible in mean rating.

    Tickets are never split. Of very many ways, the first ``MAX_DIVISIONS`` are compared.
    """
    ordered = sorted(group, key=lambda ticket: (-len(ticket.user_ids), -ticket.rating, ticket.id))

    def teams(division: Sequence[int]) -> list[list[Waiting]]:
        members: list[list[Waiting]] = [[] for _ in seats]
        for ticket, team in zip(ordered, division, strict=True):
            members[team].append(ticket)
        return members

    def unevenness(division: Sequence[int]) -> float:
        means = [
            sum(ticket.rating * len(ticket.user_ids) for ticket in team) / size
            for team, size in zip(teams(division), seats, strict=True)
        ]
        return max(means) - min(means)

    return teams(min(islice(_divisions(ordered, seats), MAX_DIVISIONS), key=unevenness))


def _divisions(tickets: Sequence[Waiting], seats: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the ways to divide these tickets, as the team of each; the weakest team is filled first."""
    strength = [0] * len(seats)
    free = list(seats)
    chosen: list[int] = []

    def place() -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(tickets):
            yield tuple(chosen)
            return
        ticket = tickets[len(chosen)]
        size = len(ticket.user_ids)
        empty: set[int] = set()
        for team in sorted(range(len(seats)), key=lambda team: (strength[team], team)):
            # Empty teams of one size are interchangeable.
            if size > free[team] or (free[team] == seats[team] and seats[team] in empty):
                continue
            if free[team] == seats[team]:
                empty.add(seats[team])
            chosen.append(team)
            free[team] -= size
            strength[team] += size * ticket.rating
            yield from place()
            chosen.pop()
            free[team] += size
            strength[team] -= size * ticket.rating

    return place()


def _have_room(sizes: Sequence[int], free: Sequence[int]) -> bool:
    """Return whether parties of these sizes, in descending order, fit into teams with these free seats."""
    if not sizes:
        return True
    first, *others = sizes
    return any(
        _have_room(others, [*free[:team], free[team] - first, *free[team + 1 :]])
        for team in range(len(free))
        if first <= free[team] and free[team] not in free[:team]
    )


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
        queue: Queue,
        apart: Collection[tuple[UserId, UserId]],
        *,
        among_newcomers: bool,
    ) -> None:
        if among_newcomers:
            tickets = [ticket for ticket in tickets if queue.newcomer_window(ticket) > 0]
        self._tickets = sorted(tickets, key=lambda ticket: (ticket.rating, *_age(ticket)))
        self._among_newcomers = among_newcomers
        self._combined = min if among_newcomers else max
        self._windows = [
            queue.newcomer_window(ticket)
            if among_newcomers
            else queue.window(max(ticket.waited, 0.0), ticket)
            for ticket in self._tickets
        ]
        self._fewest, self._most = queue.fewest, queue.most
        self._fewer_after = math.inf if queue.fewer_after is None else queue.fewer_after
        self._fill_after = math.inf if queue.fill_with is None else queue.fill_after
        self._teams = [len(team) for team in queue.teams]
        self._fits = queue.fits if queue.has_fits else None
        self._takes_any = not (apart or among_newcomers or self._teams or self._fits)
        count = len(self._tickets)
        self._is_free = [True] * count
        self._after = list(range(1, count + 1))
        self._before = list(range(-1, count - 1))
        self._heap: list[_Candidate] = []
        self._foes: defaultdict[UserId, set[UserId]] = defaultdict(set)
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
        reach = self._windows[lowest]
        best: _Candidate | None = None
        place = lowest
        for _ in range(self._most + MAX_CANDIDATES):
            spread = tickets[place].rating - first.rating
            is_enough = players == self._most or waited >= self._fill_after
            is_enough = is_enough or (players >= self._fewest and waited >= self._fewer_after)
            if places[-1] == place and is_enough and spread <= reach:
                best = _Candidate(self._most - players, spread, age, tuple(places))
            place = self._after[place]
            if players >= self._most or place == last:
                break
            ticket = tickets[place]
            has_room = players + len(ticket.user_ids) <= self._most
            if has_room and (self._takes_any or self._may_join(places, place, reach)):
                places.append(place)
                players += len(ticket.user_ids)
                waited = max(waited, ticket.waited)
                age = min(age, _age(ticket))
                reach = self._combined(reach, self._windows[place])
        if best is not None:
            heapq.heappush(self._heap, best)

    def _may_join(self, places: Sequence[int], place: int, reach: float) -> bool:
        """Return whether the ticket at ``place`` may be added to a group within ``reach``."""
        ticket = self._tickets[place]
        group = [self._tickets[other] for other in places]
        if self._foes and self._are_apart(group, ticket):
            return False
        if self._among_newcomers:
            # The window only narrows from here on: who is too far away is skipped.
            spread = ticket.rating - group[0].rating
            if spread > min(reach, self._windows[place]):
                return False
        if self._teams:
            sizes = sorted((len(one.user_ids) for one in (*group, ticket)), reverse=True)
            if not _have_room(sizes, self._teams):
                return False
        return self._fits is None or all(self._fits(one, ticket) for one in group)

    def _are_apart(self, group: Iterable[Waiting], ticket: Waiting) -> bool:
        foes = set().union(*(self._foes.get(user_id, ()) for user_id in ticket.user_ids))
        return not all(foes.isdisjoint(one.user_ids) for one in group)

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
