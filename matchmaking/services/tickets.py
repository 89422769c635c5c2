"""Tickets: their queue's lock, under which every change is made, and their heartbeats."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import fmean
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from msgspec import Struct

from core.ids import UserId
from core.statements import statement
from game.author import catalogue, queues
from game.author.queues import Queue as DeclaredQueue
from game.author.queues import Waiting
from game.records import Entrant
from matchmaking import selectors
from matchmaking.events import QueueJoined, QueueLeft
from matchmaking.models import Member, Queue, Ticket
from matchmaking.parties.events import PartyId
from matchmaking.refusals import UnknownQueue
from realtime.membership import presence
from realtime.publishing import publish

LOOK = "queues"
HEARTBEAT_RESOLUTION = timedelta(minutes=1)
"""Heartbeats of tickets are stored at most this often."""


def declared_queue(*, game: str, mode: str) -> DeclaredQueue:
    """Return the queue of this game and mode. Raises ``UnknownGame`` and ``UnknownQueue``."""
    kind = catalogue.get(game)
    queue = queues.find(game, mode)
    if queue is None:
        modes = ", ".join(filter(None, queues.modes_of(kind))) or "none"
        raise UnknownQueue(
            f"{kind.title} has no queue with the mode {mode!r}.",
            details={"mode": [f"The modes of this game: {modes}."]},
        )
    return queue


def lock_queue(queue: str) -> None:
    """Lock the queue's row, creating it first if necessary."""
    while not queue_is_locked(queue):
        Queue.objects.bulk_create([Queue(pk=queue)], ignore_conflicts=True)


@statement
def queue_lock(queue: str) -> QuerySet[Queue, str]:
    """Lock the queue's row, if it exists."""
    return Queue.objects.select_for_update().filter(pk=queue).values_list("pk", flat=True)


def queue_is_locked(queue: str, *, skip_locked: bool = False) -> bool:
    """Lock the queue's row, waiting for it or skipping it; return whether it exists and was locked."""
    statement = "SELECT 1 FROM matchmaking_queue WHERE name = %s"
    if connection.features.has_select_for_update:  # SQLite has one writer at a time anyway
        statement += " " + connection.ops.for_update_sql(skip_locked=skip_locked)
    with connection.cursor() as cursor:
        cursor.execute(statement, [queue])
        return cursor.fetchone() is not None


def lock_proposed(user_id: UserId, *, proposal_id: int) -> Ticket | None:
    """Lock the queue and return the user's ticket, if the match is still proposed to the user."""
    ticket = selectors.proposed_to(user_id, proposal_id)
    if ticket is None:
        return None
    lock_queue(ticket.queue_id)
    # Another player, or the time, may have ended it before the lock.
    ticket = selectors.proposed_to(user_id, proposal_id)
    if ticket is None or ticket.proposal is None or ticket.proposal.expires_at <= timezone.now():
        return None
    return ticket


def waiting_ticket(
    ticket_id: int, *, waited: float, players: Sequence[Entrant], asks: Struct | None
) -> Waiting:
    return Waiting(
        ticket_id,
        round(fmean(one.rating for one in players)),
        waited,
        tuple(one.user_id for one in players),
        round(fmean(one.uncertainty for one in players)),
        asks,
    )


def delete_tickets(tickets: Sequence[int]) -> int:
    """Delete tickets; return how many existed."""
    if not tickets:
        return 0
    ids = repeated("%s", of=tickets)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM matchmaking_member WHERE ticket_id IN ({ids})", tickets)
        cursor.execute(f"DELETE FROM matchmaking_ticket WHERE id IN ({ids})", tickets)
        deleted: int = cursor.rowcount
    return deleted


def repeated(item: str, *, of: Iterable[Any]) -> str:
    """Repeat an SQL placeholder for each of these values."""
    return ", ".join(item for _ in of)


def tell_party(
    event: type[QueueJoined] | type[QueueLeft], *, party_id: PartyId, queue: str, user_ids: Iterable[UserId]
) -> None:
    game, mode = Queue.kind_of(queue)
    for user_id in user_ids:
        publish(event(user_id=user_id, party_id=party_id, game=game, mode=mode))


def mark_disconnected(user_ids: Iterable[UserId]) -> None:
    """Record that the last sockets of these users have closed."""
    closed_at = timezone.now() - timedelta(seconds=presence.LINGER_S)
    Member.objects.filter(user__in=user_ids).update(left_at=closed_at)


def touch_tickets(user_ids: Iterable[UserId]) -> None:
    """Refresh the heartbeat of these users' tickets."""
    now = timezone.now()
    Ticket.objects.filter(members__user__in=user_ids, heard_at__lt=now - HEARTBEAT_RESOLUTION).update(
        heard_at=now
    )
