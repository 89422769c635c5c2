"""Questions about the queue: where a player stands, and who waits near whom."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from game import selectors as game_selectors
from game import services as game_services
from game.author import catalogue
from matchmaking.models import Member, Queue, Ticket
from matchmaking.refusals import UnknownParty
from matchmaking.rules import Waiting

TICKET_LIVES = timedelta(minutes=10)
"""How long a place is kept for somebody of whom nothing is heard."""

_PLACES = """(
    SELECT count(*) FROM matchmaking_ticket other WHERE other.queue_id = matchmaking_ticket.queue_id {}
)"""
# The nearest on both sides, each found at once by the index.
_NEIGHBOURS = """(
    SELECT id FROM (
        SELECT id FROM matchmaking_ticket WHERE queue_id = %s AND rating >= %s ORDER BY rating, id LIMIT %s
    ) AS above
    UNION ALL
    SELECT id FROM (
        SELECT id FROM matchmaking_ticket
        WHERE queue_id = %s AND rating < %s ORDER BY rating DESC, id LIMIT %s
    ) AS below
)"""


def standing(user_id: int) -> dict[str, Any]:
    """Where the user stands, as clients are told: queued, else in the latest unfinished match, else idle."""
    return queued(user_id) or matched(user_id) or {"status": "idle"}


def queued(user_id: int) -> dict[str, Any] | None:
    """The user's place in a queue: ``position`` counts from 1, ``waited_s`` is in seconds."""
    # One statement: the place and the ticket are of the same moment.
    ticket = (
        Ticket.objects.filter(members__user=user_id)
        .annotate(
            position=RawSQL(_PLACES.format("AND other.id <= matchmaking_ticket.id"), ()),
            queue_size=RawSQL(_PLACES.format(""), ()),
        )
        .values("queue_id", "joined_at", "position", "queue_size")
        .first()
    )
    if ticket is None:
        return None
    game, mode = Queue.kind_of(ticket["queue_id"])
    return {
        "status": "queued",
        "game": game,
        "mode": mode,
        "position": ticket["position"],
        "queue_size": ticket["queue_size"],
        "waited_s": round(_seconds_since(ticket["joined_at"], timezone.now()), 1),
    }


def matched(user_id: int, queue: str | None = None) -> dict[str, Any] | None:
    """The user's unfinished match, of this queue or of any."""
    mine = game_selectors.open_seat(user_id, queue)
    if mine is None:
        return None
    game = mine.game
    sides = catalogue.get(game.name).sides
    return {
        "status": "matched",
        "game": game.name,
        "mode": game.mode,
        "game_id": game.pk,
        "side": sides[mine.number],
        "ws_url": game_services.ws_url(game.pk),
        "players": [
            {"id": seat.user_id, "username": seat.username, "rating": seat.rating, "side": sides[seat.number]}
            for seat in game_selectors.seated(game.pk)
        ],
    }


def ticket_of(user_id: int) -> Ticket | None:
    """The ticket with which the user waits, alone or with others."""
    return Ticket.objects.filter(members__user=user_id).first()


def neighbours(queue: str, rating: int, count: int) -> list[Waiting]:
    """Up to ``count`` tickets of the queue rated at least so, and as many rated lower: the nearest."""
    side = (queue, rating, count)
    return _waiting(Member.objects.filter(ticket_id__in=RawSQL(_NEIGHBOURS, (*side, *side))))


def eldest(queue: str, count: int) -> list[Waiting]:
    """Up to ``count`` tickets of the queue, those that came first."""
    first = Ticket.objects.filter(queue=queue).order_by("pk").values("pk")[:count]
    return _waiting(Member.objects.filter(ticket_id__in=first))


def party_members(party_id: int, user_id: int) -> list[int]:
    """The users of the party that this one leads. Raises ``UnknownParty``."""
    raise UnknownParty


def _waiting(members: QuerySet[Member]) -> list[Waiting]:
    now = timezone.now()
    heard_of = members.filter(ticket__heard_at__gte=now - TICKET_LIVES)
    rows = heard_of.values_list("ticket_id", "ticket__rating", "ticket__joined_at", "user_id")
    tickets: dict[int, Waiting] = {}
    for ticket_id, rating, joined_at, user_id in rows:
        known = tickets.get(ticket_id)
        if known is None:
            tickets[ticket_id] = Waiting(ticket_id, rating, _seconds_since(joined_at, now), (user_id,))
        else:
            tickets[ticket_id] = known._replace(user_ids=(*known.user_ids, user_id))
    return list(tickets.values())


def _seconds_since(then: datetime, now: datetime) -> float:
    # Workers' clocks may differ a little.
    return max(0.0, (now - then).total_seconds())
