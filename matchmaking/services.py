"""What changes the queue: joining, leaving, matching, giving up on those who are gone.

Every change of a queue holds its row's lock, and claims tickets and makes their games in one transaction:
nobody is matched twice, or matched and gone.
"""

import logging
import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import fmean
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from prometheus_client import Histogram

from game import selectors as game_selectors
from game import services as game_services
from game.author import catalogue
from game.author.game import Game as Rules
from matchmaking import rules, selectors
from matchmaking.events import QueueExpired
from matchmaking.models import Member, Queue, Ticket
from matchmaking.refusals import AlreadyQueued, PartyTooLarge
from matchmaking.rules import Waiting
from matchmaking.selectors import TICKET_LIVES
from realtime.publishing import publish

logger = logging.getLogger(__name__)

HEARD_EVERY = timedelta(minutes=1)
"""How exactly it is noted when somebody was heard of."""
AT_ONCE = 10_000
"""How many tickets one pass looks at: a transaction of a second or two."""
_NEW = 2**63

waits = Histogram(
    "matchmaking_wait_seconds",
    "Waiting time of matched tickets",
    buckets=(0.1, 1, 2, 5, 10, 20, 30, 60, 120, 300),
)


@transaction.atomic
def join(*, user_id: int, game: str, mode: str = "", party_id: int | None = None) -> dict[str, Any]:
    """Queue the user, or the whole party the user leads, and match them at once if somebody near waits.

    Gives what ``selectors.standing`` gives. Who waits already keeps the place, and who has an unfinished
    match of this queue gets it back. Raises ``UnknownGame``, ``UnknownParty``, ``PartyTooLarge`` and
    ``AlreadyQueued``.
    """
    kind = catalogue.get(game)
    user_ids = [user_id] if party_id is None else selectors.party_members(party_id, user_id)
    if len(user_ids) > kind.max_players:
        raise PartyTooLarge(f"{kind.title} seats at most {kind.max_players}.")
    queue = Queue.name_of(game, mode)
    _lock(queue)
    ticket = selectors.ticket_of(user_id)
    if ticket is not None and ticket.queue_id == queue:
        hear(user_id=user_id)
        return selectors.standing(user_id)
    match = selectors.matched(user_id, queue)
    if match is not None:
        return match
    if ticket is not None:
        waits_for, in_mode = Queue.kind_of(ticket.queue_id)
        raise AlreadyQueued(details={"game": waits_for, "mode": in_mode})
    strengths = game_selectors.strengths(game, user_ids)
    rating = round(fmean(strength.shown for strength in strengths.values()))
    new = Waiting(_NEW, rating, 0.0, tuple(user_ids))
    near = selectors.neighbours(queue, rating, kind.max_players)
    groups = _groups(kind, [*near, new])
    if not any(new in group for group in groups):
        _queue(queue, new)
    _play(kind, queue, groups)
    return selectors.standing(user_id)


def _queue(queue: str, new: Waiting) -> None:
    ticket = Ticket.objects.create(queue_id=queue, rating=new.rating)
    with connection.cursor() as cursor:
        # By rising user id: overlapping parties that join two queues never wait for each other in a circle.
        cursor.execute(
            f"INSERT INTO matchmaking_member (user_id, ticket_id) VALUES {_list('(%s, %s)', new.user_ids)} "
            "ON CONFLICT DO NOTHING",
            [value for user_id in sorted(new.user_ids) for value in (user_id, ticket.pk)],
        )
        if cursor.rowcount < len(new.user_ids):
            raise AlreadyQueued


@transaction.atomic
def leave(*, user_id: int) -> bool:
    """Give up the user's place and that of who waits with them; false if there is none (any more)."""
    ticket = selectors.ticket_of(user_id)
    if ticket is None:
        return False
    _lock(ticket.queue_id)
    return _close([ticket.pk]) == 1


def hear(*, user_id: int) -> None:
    """Note that the user still waits."""
    now = timezone.now()
    Ticket.objects.filter(members__user=user_id, heard_at__lt=now - HEARD_EVERY).update(heard_at=now)


def match_all() -> int:
    """One pass over every queue in which somebody waits; says how many games it made."""
    made = 0
    for queue in Ticket.objects.order_by().values_list("queue_id", flat=True).distinct():
        try:
            made += match_queue(queue)
        except Exception:
            # One broken game must not keep the players of the others waiting.
            logger.exception("The queue %s could not be matched", queue)
    return made


@transaction.atomic
def match_queue(queue: str) -> int:
    """Match who may play by now, unless another worker is at it; says how many games it made."""
    if not _is_locked(queue, skip_locked=True):
        return 0
    _expire(queue)
    kind = catalogue.get(Queue.kind_of(queue)[0])
    groups = _groups(kind, selectors.eldest(queue, AT_ONCE))
    _play(kind, queue, groups)
    return len(groups)


def _groups(kind: type[Rules], tickets: Iterable[Waiting]) -> list[list[Waiting]]:
    # Who queues wants company, even in a game that one can play.
    fewest = max(kind.min_players, min(2, kind.max_players))
    return rules.groups(tickets, fewest=fewest, most=kind.max_players)


def _play(kind: type[Rules], queue: str, groups: Sequence[Sequence[Waiting]]) -> None:
    if not groups:
        return
    tickets = [ticket for group in groups for ticket in group]
    _close([ticket.id for ticket in tickets if ticket.id != _NEW])
    game_services.create_matches(
        name=kind.name,
        mode=Queue.kind_of(queue)[1],
        queue=queue,
        groups=[_seating(group) for group in groups],
    )
    for ticket in tickets:
        waits.observe(ticket.waited)


def _seating(group: Sequence[Waiting]) -> list[int]:
    """Who begins is left to chance, and parties sit side by side."""
    return [user_id for ticket in random.sample(group, len(group)) for user_id in ticket.user_ids]


def _expire(queue: str) -> None:
    silent = Ticket.objects.filter(queue=queue, heard_at__lt=timezone.now() - TICKET_LIVES)
    tickets = list(silent.values_list("pk", flat=True))
    if not tickets:
        return
    game, mode = Queue.kind_of(queue)
    for user_id in Member.objects.filter(ticket_id__in=tickets).values_list("user_id", flat=True):
        publish(QueueExpired(user_id=user_id, game=game, mode=mode))
    _close(tickets)


def forget_empty() -> None:
    """Delete the queues in which nobody waits: modes are named by players, and there is no end of names."""
    for queue in Queue.objects.filter(tickets=None):
        with transaction.atomic():
            if _is_locked(queue.pk, skip_locked=True) and not queue.tickets.exists():
                queue.delete()


def _lock(queue: str) -> None:
    while not _is_locked(queue):
        Queue.objects.bulk_create([Queue(pk=queue)], ignore_conflicts=True)


def _is_locked(queue: str, *, skip_locked: bool = False) -> bool:
    """Lock the queue's row if it is there; where another one holds it, wait or skip it."""
    row = Queue.objects.select_for_update(skip_locked=skip_locked).filter(pk=queue)
    return row.values_list("pk", flat=True).first() is not None


def _close(tickets: Sequence[int]) -> int:
    """Take tickets out of their queue; says how many were there."""
    if not tickets:
        return 0
    ids = _list("%s", tickets)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM matchmaking_member WHERE ticket_id IN ({ids})", tickets)
        cursor.execute(f"DELETE FROM matchmaking_ticket WHERE id IN ({ids})", tickets)
        return cursor.rowcount


def _list(item: str, of: Iterable[Any]) -> str:
    return ", ".join(item for _ in of)
