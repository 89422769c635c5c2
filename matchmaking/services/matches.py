"""The creation of matches from tickets that fit."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from prometheus_client import Histogram

from core.ids import UserId
from friends import selectors as friends
from game import selectors as game_selectors
from game import services as game_services
from game.author.queues import Queue as DeclaredQueue
from game.author.queues import Waiting
from game.records import Entrant, QueuedParty, SeatedGame
from matchmaking import rules
from matchmaking.models import Queue
from matchmaking.services.tickets import delete_tickets

FIRST_UNSAVED = 2**63
"""Ids from here on, which no row has, belong to tickets that may be matched before they need a row."""

waits = Histogram(
    "matchmaking_wait_seconds",
    "Waiting time of matched tickets",
    buckets=(0.1, 1, 2, 5, 10, 20, 30, 60, 120, 300),
)


def groups_of(declared: DeclaredQueue, *, tickets: Sequence[Waiting]) -> list[list[Waiting]]:
    """Group the tickets that make a match, keeping apart who blocks whom."""
    user_ids = [user_id for ticket in tickets for user_id in ticket.user_ids]
    apart = friends.blocks_among(user_ids) if len(tickets) > 1 else ()
    return rules.groups(tickets, declared, apart=apart)


def create_games(
    declared: DeclaredQueue,
    *,
    queue: str,
    groups: Sequence[Sequence[Waiting]],
    known: Mapping[UserId, Entrant],
) -> dict[UUID, SeatedGame]:
    """Remove the groups from the queue and create their games; players not ``known`` are looked up."""
    if not groups:
        return {}
    tickets = [ticket for group in groups for ticket in group]
    delete_tickets([ticket.id for ticket in tickets if ticket.id < FIRST_UNSAVED])
    unknown = {user_id for ticket in tickets for user_id in ticket.user_ids} - known.keys()
    kind, mode = Queue.kind_of(queue)
    entrants = {**known, **game_selectors.entrants(kind, queue, unknown)}
    for ticket in tickets:
        waits.observe(ticket.waited)
    return game_services.create_matches(
        name=kind,
        mode=mode,
        queue=queue,
        groups=[_seated(declared, group, entrants) for group in groups],
        fill_with=declared.fill_with,
        bots=[declared.bots_beside(sum(len(ticket.user_ids) for ticket in group)) for group in groups],
        options=declared.options,
        rated=declared.rated,
    )


def _seated(
    declared: DeclaredQueue, group: Sequence[Waiting], entrants: Mapping[UserId, Entrant]
) -> list[QueuedParty]:
    """Return the players in the order of their seats: at random, but members of a party side by side."""
    now = timezone.now()

    def of(ticket: Waiting) -> QueuedParty:
        players = [entrants[user_id] for user_id in ticket.user_ids]
        return QueuedParty(players, now - timedelta(seconds=ticket.waited))

    if not declared.teams:
        return [of(ticket) for ticket in random.sample(group, len(group))]
    seats: dict[int, QueuedParty] = {}
    sides = random.sample(declared.teams, len(declared.teams))
    for side, team in zip(sides, rules.divide(group, list(map(len, sides))), strict=True):
        parties = map(of, random.sample(team, len(team)))
        alone = [QueuedParty([one], party.queued_at) for party in parties for one in party.players]
        seats |= zip(side, alone, strict=True)
    return [seats[number] for number in sorted(seats)]
