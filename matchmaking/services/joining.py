"""Joining a queue, alone or with a party, and being matched at once where possible."""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction
from msgspec import Struct

from core import due, maintenance
from core.batching import ThreadedBatcher
from core.calls import run_before
from core.ids import UserId
from core.parsers import refuse_unknown
from core.refusals import Invalid, Refusal
from game import selectors as game_selectors
from game.author.movements import fault_of
from game.author.queues import NoQuestions, Waiting
from game.author.queues import Queue as DeclaredQueue
from game.records import SeatedGame
from matchmaking import selectors
from matchmaking.commands import JoinQueue
from matchmaking.events import QueueJoined
from matchmaking.models import Answers, Member, Queue, Ticket
from matchmaking.parties import selectors as party_selectors
from matchmaking.parties import services as parties
from matchmaking.parties.events import PartyId
from matchmaking.refusals import (
    AlreadyPlaying,
    AlreadyQueued,
    LeftEarly,
    PartyTooLarge,
    WrongPartySize,
)
from matchmaking.services.leaving import leave
from matchmaking.services.matches import FIRST_UNSAVED, create_games, groups_of
from matchmaking.services.proposals import propose
from matchmaking.services.tickets import (
    LOOK,
    declared_queue,
    lock_queue,
    repeated,
    tell_party,
    touch_tickets,
    waiting_ticket,
)
from matchmaking.shapes import Standing

MAX_ANSWERS_BYTES = 4096
"""Maximum size of a ticket's answers as JSON: each pass over the queue reads those of all who wait."""


class _Request(NamedTuple):
    """A request to join together, the leader first."""

    user_ids: tuple[UserId, ...]
    asks: Struct


def join(
    *,
    user_id: UserId,
    game: str,
    mode: str = "",
    party_id: PartyId | None = None,
    asks: Mapping[str, Any] = MappingProxyType({}),
) -> Standing:
    """Queue the user, or the party that the user leads, and match them at once if possible.

    ``asks`` has the fields that the queue asks for. Returns the same as ``selectors.queue_status``. A user
    who is already queued keeps the place, and one with an unfinished match of this queue gets that match.
    Raises ``UnknownGame``, ``UnknownQueue``, ``Invalid`` (for ``asks``), ``AlreadyQueued``,
    ``WrongPartySize``, ``UnderMaintenance`` and ``LeftEarly``; for parties ``NotInParty``, ``UnknownParty``,
    ``NotLeader``, ``PartyTooLarge`` and ``AlreadyPlaying``.
    """
    call = run_before(JoinQueue(game=game, mode=mode, asks=dict(asks)), user_id=user_id)
    game, mode, asks = call.game, call.mode, call.asks
    queue = declared_queue(game=game, mode=mode)
    answers = _answers(queue, asks)
    if party_id is not None:
        return _join_as_party(queue, user_id, party_id, answers)
    _check_size(queue, 1)
    return _join_together(Queue.name_of(game, mode), _Request((user_id,), answers))


def join_soon(*, user_id: UserId, game: str, mode: str = "") -> Future[Standing]:
    """Like :func:`join` for one user without answers, but return a future; for the event loop.

    Hooks before the call, which might block, do not run.
    """
    queue = declared_queue(game=game, mode=mode)
    answers = _answers(queue, {})
    _check_size(queue, 1)
    return _join_together.soon(Queue.name_of(game, mode), _Request((user_id,), answers))


def _answers(queue: DeclaredQueue, asks: Mapping[str, Any]) -> Struct:
    refuse_unknown(asks, known=queue.asks.__struct_fields__)
    try:
        answers = msgspec.convert(dict(asks), queue.asks)
    except msgspec.ValidationError as error:
        reason, details = fault_of(error)
        raise Invalid(reason, details=details) from None
    if len(msgspec.json.encode(answers)) > MAX_ANSWERS_BYTES:
        raise Invalid(f"The answers take at most {MAX_ANSWERS_BYTES} bytes.")
    return answers


def _check_size(queue: DeclaredQueue, size: int) -> None:
    sizes = queue.accepted_sizes
    if size > sizes[-1]:
        raise PartyTooLarge(f"{queue.title} takes parties of at most {sizes[-1]}.")
    if size not in sizes:
        raise WrongPartySize(f"{queue.title} takes parties of {' or '.join(map(str, sizes))}.")


@transaction.atomic
def _join_as_party(queue: DeclaredQueue, user_id: UserId, party_id: PartyId, answers: Struct) -> Standing:
    # The party's row first, so that its members cannot change meanwhile.
    party = parties.lock_led(user_id, party_id=party_id)
    user_ids = party_selectors.member_ids(party.pk)
    _check_size(queue, len(user_ids))
    user_ids.sort(key=lambda member: member != user_id)  # the leader first
    name = Queue.name_of(queue.game.name, queue.mode)
    standing = _join_together(name, _Request(tuple(user_ids), answers))
    if standing.status == "queued":
        ticket = Ticket.objects.get(members__user=user_id)
        if set(ticket.members.values_list("user_id", flat=True)) != set(user_ids):
            raise AlreadyQueued("You wait there without your party.")
        if ticket.party_id is None:
            ticket.party = party
            ticket.save(update_fields=["party"])
            tell_party(QueueJoined, party_id=party.pk, queue=name, user_ids=user_ids)
    return standing


@transaction.atomic(savepoint=False)
def _join(queue: str, requests: Sequence[_Request]) -> list[Standing | Exception]:
    """Return the status of each request's leader after they have joined in this order."""
    game, mode = Queue.kind_of(queue)
    declared = declared_queue(game=game, mode=mode)
    lock_queue(queue)
    user_ids = [user_id for request in requests for user_id in request.user_ids]
    leaders = [request.user_ids[0] for request in requests]
    found, penalties = selectors.ties(user_ids)
    queued = _drop_closed_queues(found)
    entrants = game_selectors.entrants(declared.game.name, queue, user_ids)
    games = {one.user_id: one.open_game for one in entrants.values() if one.open_game is not None}
    kept = [leader for leader in leaders if queued.get(leader) == queue]
    refused: dict[int, Refusal] = {}
    new: list[Waiting] = []
    for number, ((leader, *others), asks) in enumerate(requests):
        if leader in games or queued.get(leader) == queue:
            continue
        if elsewhere := [queued[user_id] for user_id in (leader, *others) if user_id in queued]:
            game, mode = Queue.kind_of(elsewhere[0])
            refused[number] = AlreadyQueued(details={"game": game, "mode": mode})
        elif any(user_id in games for user_id in others):
            refused[number] = AlreadyPlaying()
        elif (closed := maintenance.refusal(leader)) is not None:
            refused[number] = closed
        elif held := [penalties[user_id] for user_id in (leader, *others) if user_id in penalties]:
            wait_s = math.ceil(max(held))
            refused[number] = LeftEarly(
                f"You left a match before it began. Queue again in {wait_s} seconds.", retry_after=wait_s
            )
        else:
            members = [entrants[user_id] for user_id in (leader, *others)]
            new.append(waiting_ticket(FIRST_UNSAVED + len(new), waited=0.0, players=members, asks=asks))
            # If the same party is in this batch twice, the second finds the first.
            queued |= dict.fromkeys((leader, *others), queue)
    _keep_answers(queue, declared, new)
    ratings = {ticket.rating for ticket in new}
    made: dict[UUID, SeatedGame] = {}
    if declared.accept_within is None:
        near = selectors.neighbours(queue, ratings, declared.most)
        made = create_games(
            declared, queue=queue, groups=groups_of(declared, tickets=[*near, *new]), known=entrants
        )
        games |= {seat.user_id: game_id for game_id, game in made.items() for seat in game.seats}
        _queue(queue, [ticket for ticket in new if ticket.user_ids[0] not in games])
    else:
        _queue(queue, new)
        near = selectors.neighbours(queue, ratings, declared.most)
        propose(queue, groups=groups_of(declared, tickets=near), within_s=declared.accept_within)
    if kept:
        touch_tickets(kept)
        Member.objects.filter(user__in=kept, left_at__isnull=False).update(left_at=None)
    playing = {leader: games[leader] for leader in leaders if leader in games}
    standings = selectors.matched(playing, made) | selectors.queued(set(leaders) - set(playing))
    return [refused.get(number) or standings[leader] for number, leader in enumerate(leaders)]


_join_together = ThreadedBatcher(_join)


def _keep_answers(queue: str, declared: DeclaredQueue, tickets: Sequence[Waiting]) -> None:
    if declared.asks is NoQuestions or not tickets:
        return
    Answers.objects.bulk_create(
        (
            Answers(user_id=user_id, queue_id=queue, asks=msgspec.to_builtins(ticket.asks))
            for user_id, ticket in sorted((user_id, one) for one in tickets for user_id in one.user_ids)
        ),
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["queue", "asks"],
    )


def _drop_closed_queues(queued: dict[UserId, str]) -> dict[UserId, str]:
    """Withdraw tickets from queues whose games are not offered here any more; return the other queues."""
    gone = {user_id for user_id, queue in queued.items() if not Queue.is_offered(queue)}
    for user_id in gone:
        leave(user_id=user_id)
    return {user_id: queue for user_id, queue in queued.items() if user_id not in gone}


def _queue(queue: str, tickets: Sequence[Waiting]) -> None:
    if not tickets:
        return
    rows = Ticket.objects.bulk_create(
        Ticket(queue_id=queue, rating=ticket.rating, uncertainty=ticket.uncertainty) for ticket in tickets
    )
    # In ascending order of user ids: overlapping parties that join two queues cannot deadlock.
    members = sorted(
        (user_id, row.pk) for row, ticket in zip(rows, tickets, strict=True) for user_id in ticket.user_ids
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO matchmaking_member (user_id, ticket_id) VALUES {repeated('(%s, %s)', of=members)} "
            "ON CONFLICT DO NOTHING",
            [value for member in members for value in member],
        )
        if cursor.rowcount < len(members):
            # A member has joined another queue concurrently.
            raise AlreadyQueued
    due.wake(LOOK)
