"""Questions about the queue: where a player stands, and who waits near whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

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
_NEIGHBOURS = """
    SELECT id FROM (
        SELECT id FROM matchmaking_ticket WHERE queue_id = %s AND rating >= %s ORDER BY rating, id LIMIT %s
    ) AS above
    UNION ALL
    SELECT id FROM (
        SELECT id FROM matchmaking_ticket
        WHERE queue_id = %s AND rating < %s ORDER BY rating DESC, id LIMIT %s
    ) AS below
"""


def standing(user_id: int) -> dict[str, Any]:
    """Where the user stands, as clients are told: queued, else in the latest unfinished match, else idle."""
    if place := queued([user_id]):
        return place[user_id]
    game_id = game_selectors.latest_open_game(user_id)
    return {"status": "idle"} if game_id is None else matched({user_id: game_id})[user_id]


def queued(user_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The places of those of the users who wait: ``position`` counts from 1, ``waited_s`` is in seconds."""
    # One statement: the places and the tickets are of the same moment.
    places = (
        Member.objects.filter(user_id__in=user_ids)
        .annotate(
            position=RawSQL(_PLACES.format("AND other.id <= matchmaking_ticket.id"), ()),
            queue_size=RawSQL(_PLACES.format(""), ()),
        )
        .values_list("user_id", "ticket__queue_id", "ticket__joined_at", "position", "queue_size")
    )
    now = timezone.now()
    standings = {}
    for user_id, queue, joined_at, position, queue_size in places:
        game, mode = Queue.kind_of(queue)
        standings[user_id] = {
            "status": "queued",
            "game": game,
            "mode": mode,
            "position": position,
            "queue_size": queue_size,
            "waited_s": round(_seconds_since(joined_at, now), 1),
        }
    return standings


def matched(game_ids: Mapping[int, UUID]) -> dict[int, dict[str, Any]]:
    """The matches of these users, ``{user_id: game_id}``."""
    games = game_selectors.seated(set(game_ids.values()))
    standings = {}
    for user_id, game_id in game_ids.items():
        game = games[game_id]
        sides = catalogue.get(game.name).sides
        standings[user_id] = {
            "status": "matched",
            "game": game.name,
            "mode": game.mode,
            "game_id": game_id,
            "side": next(sides[seat.number] for seat in game.seats if seat.user_id == user_id),
            "ws_url": game_services.ws_url(game_id),
            "players": [
                {
                    "id": seat.user_id,
                    "username": seat.username,
                    "rating": seat.rating,
                    "side": sides[seat.number],
                }
                for seat in game.seats
            ],
        }
    return standings


def ticket_of(user_id: int) -> Ticket | None:
    """The ticket with which the user waits, alone or with others."""
    return Ticket.objects.filter(members__user=user_id).first()


def queues_of(user_ids: Iterable[int]) -> dict[int, str]:
    """In which queue those of the users wait who do."""
    return dict(Member.objects.filter(user_id__in=user_ids).values_list("user_id", "ticket__queue_id"))


def neighbours(queue: str, ratings: Iterable[int], count: int) -> list[Waiting]:
    """The nearest tickets: for each rating up to ``count`` rated at least so, and as many rated lower."""
    sides = [(queue, rating, count) for rating in ratings for _ in range(2)]
    if not sides:
        return []
    nearest = " UNION ALL ".join([_NEIGHBOURS] * (len(sides) // 2))
    parameters = [value for side in sides for value in side]
    return _waiting(Member.objects.filter(ticket_id__in=RawSQL(f"({nearest})", parameters)))


def eldest(queue: str, count: int) -> list[Waiting]:
    """Up to ``count`` tickets of the queue, those that came first."""
    first = Ticket.objects.filter(queue=queue).order_by("pk").values("pk")[:count]
    return _waiting(Member.objects.filter(ticket_id__in=first))


def party_members(party_id: int, user_id: int) -> tuple[int, ...]:
    """The users of the party that this one leads, the leader first. Raises ``UnknownParty``."""
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
