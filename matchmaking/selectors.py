"""Queries of the queue: a player's status, and the tickets near a rating."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, DateTimeField, Min, QuerySet, TextField, Value
from django.utils import timezone
from msgspec import UNSET, Struct, ValidationError, convert

from core.ids import UserId
from core.statements import statement
from game import selectors as game_selectors
from game.author import catalogue, queues
from game.author.game import side_of
from game.author.match import clock_of
from game.author.queues import NoQuestions, Waiting
from game.author.timing import described
from game.records import SeatedGame
from matchmaking.models import Answers, Member, Penalty, Proposal, Queue, Ticket
from matchmaking.shapes import MatchedPlayer, OfferedQueue, Proposed, Standing

TICKET_TTL = timedelta(minutes=10)
"""The time that a ticket without any sign of its players is kept."""


@statement
def waiting(until: datetime) -> QuerySet[Ticket, int]:
    """Return the tickets: windows widen from one moment to the next."""
    return Ticket.objects.values_list("pk", flat=True)


# Plain SQL on the path of every join: the ORM takes five times the CPU time for these.
_PLACES = """
    SELECT user_id, ticket.queue_id, joined_at,
        (
            SELECT count(*) FROM matchmaking_ticket o
            WHERE o.queue_id = ticket.queue_id AND (o.joined_at, o.id) <= (ticket.joined_at, ticket.id)
        ),
        (SELECT count(*) FROM matchmaking_ticket o WHERE o.queue_id = ticket.queue_id),
        proposal_id, expires_at, accepted
    FROM matchmaking_member member JOIN matchmaking_ticket ticket ON ticket.id = member.ticket_id
    LEFT JOIN matchmaking_proposal proposal ON proposal.id = ticket.proposal_id
    WHERE user_id IN ({})
"""
_QUEUES = """
    SELECT user_id, queue_id
    FROM matchmaking_member member JOIN matchmaking_ticket ticket ON ticket.id = member.ticket_id
    WHERE user_id IN ({})
"""
_WAITING = """
    SELECT ticket.id, rating, uncertainty, joined_at, user_id
    FROM matchmaking_member member JOIN matchmaking_ticket ticket ON ticket.id = member.ticket_id
    WHERE heard_at >= %s AND ticket.id IN ({})
"""
# Each side is one index lookup.
_NEAREST = """
    SELECT id FROM (
        SELECT id FROM matchmaking_ticket
        WHERE queue_id = %s AND proposal_id IS NULL AND rating >= %s ORDER BY rating, joined_at LIMIT %s
    ) AS above
    UNION ALL
    SELECT id FROM (
        SELECT id FROM matchmaking_ticket
        WHERE queue_id = %s AND proposal_id IS NULL AND rating < %s ORDER BY rating DESC, joined_at LIMIT %s
    ) AS below
"""
_ELDEST = """
    SELECT id FROM matchmaking_ticket
    WHERE queue_id = %s AND proposal_id IS NULL ORDER BY joined_at, id LIMIT %s
"""
_PROPOSED = "SELECT id FROM matchmaking_ticket WHERE proposal_id = %s"


def queue_status(user_id: UserId) -> Standing:
    """Return the user's status as sent to clients: queued, else in the latest unfinished match, else idle.

    Matches of games that are no longer offered here are ignored.
    """
    place = queued([user_id]).get(user_id)
    if place is not None and place.game is not UNSET and catalogue.offers(place.game):
        return place
    game_id = game_selectors.latest_open_game(user_id)
    return Standing(status="idle") if game_id is None else matched({user_id: game_id})[user_id]


def queued(user_ids: Collection[UserId]) -> dict[UserId, Standing]:
    """Return the places of the queued users among these.

    ``position`` counts from 1, ``waited_s`` is in seconds.
    """
    now = timezone.now()
    standings = {}
    # One statement, so that places and tickets are consistent.
    for user_id, queue, joined_at, position, queue_size, *proposed in _select(_PLACES, user_ids):
        game, mode = Queue.kind_of(queue)
        proposal_id, expires_at, accepted = proposed
        standings[user_id] = Standing(
            status="queued",
            game=game,
            mode=mode,
            position=position,
            queue_size=queue_size,
            waited_s=round(_seconds_since(joined_at, now), 1),
            proposal=UNSET
            if proposal_id is None
            else Proposed(proposal_id=proposal_id, expires_at=_aware(expires_at), accepted=bool(accepted)),
        )
    return standings


def matched(
    game_ids: Mapping[UserId, UUID], known: Mapping[UUID, SeatedGame] = MappingProxyType({})
) -> dict[UserId, Standing]:
    """Return the matches of these users, ``{user_id: game_id}``; those not ``known`` are looked up."""
    games = {**known, **game_selectors.seated(set(game_ids.values()) - known.keys())}
    standings: dict[UserId, Standing] = {}
    for user_id, game_id in game_ids.items():
        game = games[game_id]
        side = partial(side_of, catalogue.get(game.name))
        standings[user_id] = Standing(
            status="matched",
            game=game.name,
            mode=game.mode,
            game_id=game_id,
            side=next(side(seat.number) for seat in game.seats if seat.user_id == user_id),
            ws_url=game_selectors.ws_url(game_id),
            players=[
                MatchedPlayer(
                    id=seat.user_id,
                    username=seat.username,
                    rating=seat.rating,
                    side=side(seat.number),
                )
                for seat in game.seats
            ],
        )
    return standings


@statement
def _tickets_of(user_id: UserId) -> QuerySet[Ticket]:
    return Ticket.objects.filter(members__user=user_id)


def ticket_of(user_id: UserId) -> Ticket | None:
    """Return the user's ticket, if any."""
    return _tickets_of.first(user_id)


def queues_of(user_ids: Collection[UserId]) -> dict[UserId, str]:
    """Return the queue of each of these users who is queued."""
    return dict(_select(_QUEUES, user_ids))


def ties(user_ids: Collection[UserId]) -> tuple[dict[UserId, str], dict[UserId, float]]:
    """Return the queue of each of these users who is queued, and the seconds left of each penalty."""
    now = timezone.now()
    queues: dict[UserId, str] = {}
    penalties: dict[UserId, float] = {}
    for user_id, until, queue in _ties(user_ids, now):
        if queue is not None:
            queues[user_id] = queue
        elif until is not None:
            penalties[user_id] = (until - now).total_seconds()
    return queues, penalties


@statement
def _ties(
    user_ids: Collection[UserId], now: datetime
) -> QuerySet[Any, tuple[UserId, datetime | None, str | None]]:
    penalties = Penalty.objects.filter(user__in=user_ids, until__gt=now)
    members = Member.objects.filter(user__in=user_ids)
    never, none = Value(None, DateTimeField()), Value(None, TextField())
    return penalties.values_list("user_id", "until", none).union(
        members.values_list("user_id", never, "ticket__queue_id"), all=True
    )


def penalty_of(user_id: UserId) -> dict[str, Any] | None:
    """Return the user's penalty for leaving matches early, over or not."""
    held = Penalty.objects.filter(user=user_id).values("times", "until").first()
    return None if held is None else dict(held)


def answers_of(user_id: UserId) -> dict[str, Any] | None:
    """Return the user's latest answers to the questions of a queue, and the queue's name."""
    given = Answers.objects.filter(user=user_id).values("queue", "asks").first()
    return None if given is None else dict(given)


def neighbours(queue: str, ratings: Collection[int], count: int) -> list[Waiting]:
    """Return the nearest tickets: for each rating, up to ``count`` at or above it and ``count`` below."""
    parameters = [value for rating in ratings for value in (queue, rating, count) * 2]
    if not ratings:
        return []
    return _with_answers(queue, _waiting(" UNION ALL ".join([_NEAREST] * len(ratings)), parameters))


def oldest(queue: str, count: int) -> list[Waiting]:
    """Return up to ``count`` tickets of the queue, oldest first."""
    return _with_answers(queue, _waiting(_ELDEST, [queue, count]))


def proposed(queue: str, proposal_id: int) -> list[Waiting]:
    """Return the tickets of a proposed match."""
    return _with_answers(queue, _waiting(_PROPOSED, [proposal_id]))


def proposed_to(user_id: UserId, proposal_id: int) -> Ticket | None:
    """Return the user's ticket if the user is asked to accept this match, with the proposal."""
    tickets = Ticket.objects.select_related("proposal")
    return tickets.filter(members__user=user_id, proposal=proposal_id).first()


def made_of(proposal_id: int, user_id: UserId) -> Standing | None:
    """Return the user's match that was made of this proposal, if it has been."""
    game_id = Proposal.objects.filter(pk=proposal_id).values_list("game_id", flat=True).first()
    games = game_selectors.seated([game_id]) if game_id is not None else {}
    if not any(seat.user_id == user_id for game in games.values() for seat in game.seats):
        return None
    return matched({user_id: game_id}, games)[user_id] if game_id is not None else None


def answers(queue: str, user_ids: Collection[UserId]) -> dict[UserId, Struct]:
    """Return what these users have answered to the questions that the queue asks."""
    declared = queues.find(*Queue.kind_of(queue))
    if declared is None or declared.asks is NoQuestions:
        return {}
    found: dict[UserId, Struct] = {}
    for user_id, asks in Answers.objects.filter(queue=queue, user__in=user_ids).values_list("user", "asks"):
        # The questions may have changed since.
        with suppress(ValidationError):
            found[user_id] = convert(asks, declared.asks)
    return found


def offered() -> list[OfferedQueue]:
    """Return all queues that can be joined here."""
    return [
        OfferedQueue(
            game=queue.game.name,
            mode=queue.mode,
            title=queue.title,
            rated=queue.rated,
            min_players=queue.fewest,
            max_players=queue.most,
            party_sizes=list(queue.accepted_sizes),
            options=queue.full_options,
            clock=None if queue.game.real_time else described(clock_of(queue.game, queue.options)),
            asks=queue.asks_schema,
            accept_within=queue.accept_within,
        )
        for queue in queues.offered()
    ]


def waiting_by_queue() -> list[dict[str, Any]]:
    """Return ``{"game", "mode", "tickets", "players", "longest_wait_s"}`` for each non-empty queue."""
    now = timezone.now()
    tickets = Ticket.objects.order_by("queue").values_list("queue")
    rows = []
    counted = tickets.annotate(Count("pk", distinct=True), Count("members"), Min("joined_at"))
    for queue, count, players, since in counted:
        game, mode = Queue.kind_of(queue)
        waited = round(_seconds_since(since, now), 1)
        row = {"game": game, "mode": mode, "tickets": count, "players": players, "longest_wait_s": waited}
        rows.append(row)
    return rows


def _select(statement: str, user_ids: Collection[UserId]) -> list[Any]:
    if not user_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.format(", ".join(["%s"] * len(user_ids))), [*user_ids])
        rows: list[Any] = cursor.fetchall()
    return rows


def _waiting(tickets: str, parameters: Sequence[Any]) -> list[Waiting]:
    """Return the tickets selected by this statement of ids that have had a recent heartbeat."""
    now = timezone.now()
    heard_since = connection.ops.adapt_datetimefield_value(now - TICKET_TTL)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING.format(tickets), [heard_since, *parameters])
        rows = cursor.fetchall()
    found: dict[int, Waiting] = {}
    for ticket_id, rating, uncertainty, joined_at, user_id in rows:
        known = found.get(ticket_id)
        if known is None:
            waited = _seconds_since(joined_at, now)
            found[ticket_id] = Waiting(ticket_id, rating, waited, (user_id,), uncertainty)
        else:
            found[ticket_id] = known._replace(user_ids=(*known.user_ids, user_id))
    return list(found.values())


def _with_answers(queue: str, tickets: list[Waiting]) -> list[Waiting]:
    """Add ``asks`` to the tickets, leaving out those without valid answers, if the queue asks anything."""
    declared = queues.find(*Queue.kind_of(queue))
    if declared is None or declared.asks is NoQuestions:
        return tickets
    found = answers(queue, [user_id for ticket in tickets for user_id in ticket.user_ids])
    return [
        ticket._replace(asks=found[ticket.user_ids[0]]) for ticket in tickets if ticket.user_ids[0] in found
    ]


def _seconds_since(then: datetime, now: datetime) -> float:
    # Workers' clocks may differ a little.
    return max(0.0, (now - _aware(then)).total_seconds())


def _aware(moment: datetime) -> datetime:
    # SQLite stores no time zone.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
