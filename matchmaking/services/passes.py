"""The matcher's passes: they match the queues and expire tickets."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core import maintenance
from game.author import queues
from matchmaking import selectors
from matchmaking.events import QueueExpired
from matchmaking.models import Member, Queue, Ticket
from matchmaking.selectors import TICKET_TTL
from matchmaking.services.matches import create_games, groups_of
from matchmaking.services.proposals import end_unaccepted, propose
from matchmaking.services.tickets import delete_tickets, queue_is_locked
from realtime.membership import presence
from realtime.publishing import publish

logger = logging.getLogger(__name__)

BATCH_SIZE = 10_000
"""Tickets considered in one run: a transaction of a second or two."""
DISCONNECT_GRACE = timedelta(seconds=30)
"""The time that a ticket is kept after the player's last socket has closed."""


def match_all() -> int:
    """Match every non-empty queue; return the number of games created."""
    made = 0
    for queue in Ticket.objects.order_by().values_list("queue_id", flat=True).distinct():
        try:
            made += match_queue(queue)
        except Exception:
            # An error in one game must not stop the matching of others.
            logger.exception("The queue %s could not be matched", queue)
    return made


@transaction.atomic
def match_queue(queue: str) -> int:
    """Match this queue unless another worker is doing so; return the number of matches made or proposed."""
    if not queue_is_locked(queue, skip_locked=True):
        return 0
    end_unaccepted(queue)
    _expire(queue)
    declared = queues.find(*Queue.kind_of(queue))
    if declared is None:
        # Workers may run different versions for a while. If none offers the game, its tickets get no
        # heartbeats any more and expire.
        return 0
    if maintenance.is_in_force():
        return 0
    groups = groups_of(declared, tickets=selectors.oldest(queue, BATCH_SIZE))
    if declared.accept_within is None:
        create_games(declared, queue=queue, groups=groups, known={})
    else:
        propose(queue, groups=groups, within_s=declared.accept_within)
    return len(groups)


def _expire(queue: str) -> None:
    tickets = _expired_tickets(queue)
    if not tickets:
        return
    game, mode = Queue.kind_of(queue)
    for user_id in Member.objects.filter(ticket_id__in=tickets).values_list("user_id", flat=True):
        publish(QueueExpired(user_id=user_id, game=game, mode=mode))
    delete_tickets(tickets)


def _expired_tickets(queue: str) -> list[int]:
    """Return the tickets of players whose last socket closed, or whose last request was, too long ago."""
    now = timezone.now()
    # A proposed match soon ends by itself.
    members = Member.objects.filter(ticket__queue=queue, ticket__proposal=None)
    gone = dict(members.filter(left_at__lt=now - DISCONNECT_GRACE).values_list("user_id", "ticket_id"))
    silent = dict(members.filter(ticket__heard_at__lt=now - TICKET_TTL).values_list("user_id", "ticket_id"))
    if not gone and not silent:
        return []
    # An open socket keeps the ticket, unless the game is not offered any more.
    here = presence.online_sync(gone.keys() | silent.keys()) if Queue.is_offered(queue) else set()
    members.filter(user__in=here).update(left_at=None)
    heard = {silent[user_id] for user_id in here & silent.keys()}
    Ticket.objects.filter(pk__in=heard).update(heard_at=now)
    left = {ticket for user_id, ticket in gone.items() if user_id not in here}
    return sorted(left | (set(silent.values()) - heard))
