"""Services that change the queue: join, leave, match, expire.

Every change locks the queue's row, and claims tickets and creates their games in one transaction: nobody is
matched twice, or matched after leaving.
"""

import logging
import math
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from statistics import fmean
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils import timezone
from msgspec import Struct
from prometheus_client import Histogram

from core.batching import ThreadedBatcher
from core.parsers import refuse_unknown
from core.refusals import Invalid, Refusal
from friends import selectors as friends
from game import selectors as game_selectors
from game import services as game_services
from game.author import catalogue, queues
from game.author.movements import fault_of
from game.author.queues import NoQuestions, Waiting
from game.author.queues import Queue as DeclaredQueue
from game.records import Entrant, QueuedParty, SeatedGame
from matchmaking import rules, selectors
from matchmaking.events import MatchCancelled, MatchProposed, QueueExpired, QueueJoined, QueueLeft
from matchmaking.models import Answers, Member, Penalty, Proposal, Queue, Ticket
from matchmaking.parties import selectors as party_selectors
from matchmaking.parties import services as parties
from matchmaking.refusals import (
    AlreadyPlaying,
    AlreadyQueued,
    LeftEarly,
    PartyTooLarge,
    UnknownProposal,
    UnknownQueue,
    WrongPartySize,
)
from matchmaking.selectors import TICKET_TTL
from matchmaking.shapes import Standing
from realtime.membership import presence
from realtime.publishing import publish

logger = logging.getLogger(__name__)

DISCONNECT_GRACE = timedelta(seconds=30)
"""The time that a ticket is kept after the player's last socket has closed."""
HEARTBEAT_RESOLUTION = timedelta(minutes=1)
"""Heartbeats of tickets are stored at most this often."""
BATCH_SIZE = 10_000
"""Tickets considered in one run: a transaction of a second or two."""
_NEW = 2**63
"""Ids from here on belong to tickets that may be matched before they need a row."""

waits = Histogram(
    "matchmaking_wait_seconds",
    "Waiting time of matched tickets",
    buckets=(0.1, 1, 2, 5, 10, 20, 30, 60, 120, 300),
)


class _Request(NamedTuple):
    """A request to join together, the leader first."""

    user_ids: tuple[int, ...]
    asks: Struct


def join(
    *,
    user_id: int,
    game: str,
    mode: str = "",
    party_id: int | None = None,
    asks: Mapping[str, Any] = MappingProxyType({}),
) -> Standing:
    """Queue the user, or the party that the user leads, and match them at once if possible.

    ``asks`` has the fields that the queue asks for. Returns the same as ``selectors.queue_status``. A user
    who is already queued keeps the place, and one with an unfinished match of this queue gets that match.
    Raises ``UnknownGame``, ``UnknownQueue``, ``Invalid`` (for ``asks``), ``AlreadyQueued``,
    ``WrongPartySize`` and ``LeftEarly``; for parties ``NotInParty``, ``UnknownParty``, ``NotLeader``,
    ``PartyTooLarge`` and ``AlreadyPlaying``.
    """
    queue = _declared(game, mode)
    answers = _answers(queue, asks)
    if party_id is not None:
        return _join_as_party(queue, user_id, party_id, answers)
    _check_size(queue, 1)
    return _join_together(Queue.name_of(game, mode), _Request((user_id,), answers))


def join_soon(*, user_id: int, game: str, mode: str = "") -> Future[Standing]:
    """Like :func:`join` for one user without answers, but return a future; for the event loop."""
    queue = _declared(game, mode)
    answers = _answers(queue, {})
    _check_size(queue, 1)
    return _join_together.soon(Queue.name_of(game, mode), _Request((user_id,), answers))


def _declared(game: str, mode: str) -> DeclaredQueue:
    kind = catalogue.get(game)
    queue = queues.find(game, mode)
    if queue is None:
        modes = ", ".join(filter(None, queues.modes_of(kind))) or "none"
        raise UnknownQueue(
            f"{kind.title} has no queue with the mode {mode!r}.",
            details={"mode": [f"The modes of this game: {modes}."]},
        )
    return queue


def _answers(queue: DeclaredQueue, asks: Mapping[str, Any]) -> Struct:
    refuse_unknown(asks, known=queue.asks.__struct_fields__)
    try:
        return msgspec.convert(dict(asks), queue.asks)
    except msgspec.ValidationError as error:
        reason, details = fault_of(error)
        raise Invalid(reason, details=details) from None


def _check_size(queue: DeclaredQueue, size: int) -> None:
    sizes = queue.accepted_sizes
    if size > sizes[-1]:
        raise PartyTooLarge(f"{queue.title} takes parties of at most {sizes[-1]}.")
    if size not in sizes:
        raise WrongPartySize(f"{queue.title} takes parties of {' or '.join(map(str, sizes))}.")


@transaction.atomic
def _join_as_party(queue: DeclaredQueue, user_id: int, party_id: int, answers: Struct) -> Standing:
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
            _tell_party(QueueJoined, party.pk, name, user_ids)
    return standing


@transaction.atomic(savepoint=False)
def _join(queue: str, requests: Sequence[_Request]) -> list[Standing | Exception]:
    """Return the status of each request's leader after they have joined in this order."""
    declared = _declared(*Queue.kind_of(queue))
    _lock(queue)
    user_ids = [user_id for request in requests for user_id in request.user_ids]
    leaders = [request.user_ids[0] for request in requests]
    queued = _drop_closed_queues(selectors.queues_of(user_ids))
    entrants = game_selectors.entrants(declared.game.name, queue, user_ids)
    games = {one.user_id: one.open_game for one in entrants.values() if one.open_game is not None}
    kept = [leader for leader in leaders if queued.get(leader) == queue]
    penalties = selectors.penalties(user_ids)
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
        elif held := [penalties[user_id] for user_id in (leader, *others) if user_id in penalties]:
            wait_s = math.ceil(max(held))
            refused[number] = LeftEarly(
                f"You left a match before it began. Queue again in {wait_s} seconds.", retry_after=wait_s
            )
        else:
            members = [entrants[user_id] for user_id in (leader, *others)]
            new.append(_waiting(_NEW + len(new), 0.0, members, asks))
            # If the same party is in this batch twice, the second finds the first.
            queued |= dict.fromkeys((leader, *others), queue)
    _keep_answers(queue, declared, new)
    ratings = {ticket.rating for ticket in new}
    made: dict[UUID, SeatedGame] = {}
    if declared.accept_within is None:
        near = selectors.neighbours(queue, ratings, declared.most)
        made = _play(declared, queue, _groups(declared, [*near, *new]), entrants)
        games |= {seat.user_id: game_id for game_id, game in made.items() for seat in game.seats}
        _queue(queue, [ticket for ticket in new if ticket.user_ids[0] not in games])
    else:
        _queue(queue, new)
        near = selectors.neighbours(queue, ratings, declared.most)
        _propose(queue, _groups(declared, near), within_s=declared.accept_within)
    if kept:
        touch_tickets(kept)
        Member.objects.filter(user__in=kept, left_at__isnull=False).update(left_at=None)
    playing = {leader: games[leader] for leader in leaders if leader in games}
    standings = selectors.matched(playing, made) | selectors.queued(set(leaders) - set(playing))
    return [refused.get(number) or standings[leader] for number, leader in enumerate(leaders)]


_join_together = ThreadedBatcher(_join)


def _waiting(ticket_id: int, waited: float, players: Sequence[Entrant], asks: Struct | None) -> Waiting:
    return Waiting(
        ticket_id,
        round(fmean(one.rating for one in players)),
        waited,
        tuple(one.user_id for one in players),
        round(fmean(one.uncertainty for one in players)),
        asks,
    )


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


def _drop_closed_queues(queued: dict[int, str]) -> dict[int, str]:
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
            f"INSERT INTO matchmaking_member (user_id, ticket_id) VALUES {_list('(%s, %s)', members)} "
            "ON CONFLICT DO NOTHING",
            [value for member in members for value in member],
        )
        if cursor.rowcount < len(members):
            # A member has joined another queue concurrently.
            raise AlreadyQueued


@transaction.atomic
def leave(*, user_id: int) -> bool:
    """Withdraw the user's ticket, for all its members; return whether there was one.

    If a match is proposed to them, it is declined.
    """
    ticket = selectors.ticket_of(user_id)
    return ticket is not None and _withdraw(ticket, left=[user_id])


@transaction.atomic
def withdraw(*, party_id: int) -> None:
    """Withdraw the party's ticket, if any."""
    ticket = Ticket.objects.filter(party=party_id).first()
    if ticket is not None:
        _withdraw(ticket)


def _withdraw(ticket: Ticket, *, left: Sequence[int] = ()) -> bool:
    _lock(ticket.queue_id)
    members = list(ticket.members.values_list("user_id", "ticket__proposal"))
    user_ids = [user_id for user_id, _ in members]
    proposals = {proposal_id for _, proposal_id in members if proposal_id is not None}
    for proposal_id in proposals:
        _cancel_proposal(ticket.queue_id, proposal_id, tickets=[ticket.pk], left=left, reason="declined")
    if not _close([ticket.pk]) and not proposals:
        return False
    if ticket.party_id is not None:
        _tell_party(QueueLeft, ticket.party_id, ticket.queue_id, user_ids)
    return True


def _tell_party(
    event: type[QueueJoined] | type[QueueLeft], party_id: int, queue: str, user_ids: Iterable[int]
) -> None:
    game, mode = Queue.kind_of(queue)
    for user_id in user_ids:
        publish(event(user_id=user_id, party_id=party_id, game=game, mode=mode))


def _propose(queue: str, groups: Sequence[Sequence[Waiting]], *, within_s: float) -> None:
    """Ask the players of each group to accept their match."""
    game, mode = Queue.kind_of(queue)
    expires_at = timezone.now() + timedelta(seconds=within_s)
    for group in groups:
        proposal = Proposal.objects.create(queue_id=queue, expires_at=expires_at)
        ids = [ticket.id for ticket in group]
        Ticket.objects.filter(pk__in=ids).update(proposal=proposal)
        Member.objects.filter(ticket__in=ids).update(accepted=False)
        for user_id in (user_id for ticket in group for user_id in ticket.user_ids):
            publish(
                MatchProposed(
                    user_id=user_id, proposal_id=proposal.pk, game=game, mode=mode, expires_at=expires_at
                )
            )


@transaction.atomic
def accept(*, user_id: int, proposal_id: int) -> Standing:
    """Accept a proposed match, and make it if all others have; return the user's status.

    Raises ``UnknownProposal``.
    """
    ticket = _lock_proposed(user_id, proposal_id)
    if ticket is None:
        made = selectors.made_of(proposal_id, user_id)
        if made is None:
            raise UnknownProposal
        return made
    queue = ticket.queue_id
    declared = _declared(*Queue.kind_of(queue))
    Member.objects.filter(user=user_id).update(accepted=True)
    Ticket.objects.filter(pk=ticket.pk).update(heard_at=timezone.now())
    if Member.objects.filter(ticket__proposal=proposal_id, accepted=False).exists():
        return selectors.queue_status(user_id)
    made_games = _play(declared, queue, [selectors.proposed(queue, proposal_id)], {})
    (game_id,) = made_games
    Proposal.objects.filter(pk=proposal_id).update(game_id=game_id)
    return selectors.matched({user_id: game_id}, made_games)[user_id]


@transaction.atomic
def decline(*, user_id: int, proposal_id: int) -> None:
    """Decline a proposed match, and leave the queue. Raises ``UnknownProposal``."""
    ticket = _lock_proposed(user_id, proposal_id)
    if ticket is None:
        raise UnknownProposal
    _withdraw(ticket, left=[user_id])


def _lock_proposed(user_id: int, proposal_id: int) -> Ticket | None:
    """Lock the queue and return the user's ticket, if the match is still proposed to the user."""
    ticket = selectors.proposed_to(user_id, proposal_id)
    if ticket is None:
        return None
    _lock(ticket.queue_id)
    # Another player, or the time, may have ended it before the lock.
    ticket = selectors.proposed_to(user_id, proposal_id)
    if ticket is None or ticket.proposal is None or ticket.proposal.expires_at <= timezone.now():
        return None
    return ticket


def _end_proposals(queue: str) -> None:
    """Cancel the proposals that not all have accepted in time."""
    over = Proposal.objects.filter(queue=queue, expires_at__lte=timezone.now())
    for proposal_id in list(over.values_list("pk", flat=True)):
        late = dict(
            Member.objects.filter(ticket__proposal=proposal_id, accepted=False).values_list(
                "user_id", "ticket_id"
            )
        )
        _cancel_proposal(
            queue, proposal_id, tickets=set(late.values()), left=list(late), reason="not_accepted"
        )


def _cancel_proposal(
    queue: str, proposal_id: int, *, tickets: Collection[int], left: Sequence[int], reason: str
) -> None:
    """Withdraw these tickets of a proposed match, give the others their places back, and tell all."""
    game, mode = Queue.kind_of(queue)
    members = Member.objects.filter(ticket__proposal=proposal_id).order_by("pk")
    for user_id, ticket_id in members.values_list("user_id", "ticket_id"):
        requeued = ticket_id not in tickets
        publish(MatchCancelled(user_id=user_id, game=game, mode=mode, reason=reason, requeued=requeued))
    _close(sorted(tickets))
    Proposal.objects.filter(pk=proposal_id).delete()
    for user_id in sorted(left):
        _penalise(user_id)


@transaction.atomic
def cancel_match(
    *, game_id: UUID, queue: str, reason: str, left: Sequence[int], stayed: Mapping[int, datetime]
) -> None:
    """Requeue the players who ``stayed``, at their old places, and penalise those who ``left``.

    A party is requeued as a whole or, if one of its members left, not at all.
    """
    requeued = _requeue(queue, left, stayed) if stayed and Queue.is_offered(queue) else set()
    game, mode = Queue.kind_of(queue)
    for user_id in stayed:
        publish(
            MatchCancelled(
                user_id=user_id,
                game_id=game_id,
                game=game,
                mode=mode,
                reason=reason,
                requeued=user_id in requeued,
            )
        )
    for user_id in sorted(left):
        _penalise(user_id)


def _requeue(queue: str, left: Sequence[int], stayed: Mapping[int, datetime]) -> set[int]:
    _lock(queue)
    entrants = game_selectors.entrants(Queue.kind_of(queue)[0], queue, list(stayed))
    waiting = selectors.queues_of(stayed)
    now = timezone.now()
    has_questions = _declared(*Queue.kind_of(queue)).asks is not NoQuestions
    answers = selectors.answers(queue, list(stayed))
    requeued: set[int] = set()
    for party_id, user_ids in party_selectors.by_party([*stayed, *left]):
        if not stayed.keys() >= set(user_ids) or any(user_id in waiting for user_id in user_ids):
            continue
        if has_questions and not answers.keys() >= set(user_ids):
            # They have queued elsewhere since, where their answers were others.
            continue
        ticket = _waiting(0, 0.0, [entrants[user_id] for user_id in user_ids], None)
        row = Ticket.objects.create(
            queue_id=queue,
            party_id=party_id,
            rating=ticket.rating,
            uncertainty=ticket.uncertainty,
            joined_at=min(stayed[user_id] for user_id in user_ids),
        )
        # Marked as disconnected: players who do not reconnect lose their place soon.
        Member.objects.bulk_create(
            Member(user_id=user_id, ticket=row, left_at=now) for user_id in sorted(user_ids)
        )
        requeued.update(user_ids)
    return requeued


def _penalise(user_id: int) -> None:
    now = timezone.now()
    held, is_first = Penalty.objects.select_for_update().get_or_create(
        user_id=user_id, defaults={"times": 1, "until": now + timedelta(seconds=rules.penalty_s(1))}
    )
    if is_first:
        return
    is_forgiven = held.until < now - timedelta(seconds=rules.FORGIVEN_AFTER_S)
    held.times = 1 if is_forgiven else held.times + 1
    held.until = now + timedelta(seconds=rules.penalty_s(held.times))
    held.save(update_fields=["times", "until"])


def clear_history(*, user_id: int) -> None:
    """Delete the user's penalty for leaving matches early, and the answers to the questions of queues."""
    Penalty.objects.filter(user=user_id).delete()
    Answers.objects.filter(user=user_id).delete()


def mark_disconnected(user_ids: Iterable[int]) -> None:
    """Record that the last sockets of these users have closed."""
    closed_at = timezone.now() - timedelta(seconds=presence.LINGER_S)
    Member.objects.filter(user__in=user_ids).update(left_at=closed_at)


def touch_tickets(user_ids: Iterable[int]) -> None:
    """Refresh the heartbeat of these users' tickets."""
    now = timezone.now()
    Ticket.objects.filter(members__user__in=user_ids, heard_at__lt=now - HEARTBEAT_RESOLUTION).update(
        heard_at=now
    )


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
    if not _is_locked(queue, skip_locked=True):
        return 0
    _end_proposals(queue)
    _expire(queue)
    declared = queues.find(*Queue.kind_of(queue))
    if declared is None:
        # Workers may run different versions for a while. If none offers the game, its tickets get no
        # heartbeats any more and expire.
        return 0
    groups = _groups(declared, selectors.oldest(queue, BATCH_SIZE))
    if declared.accept_within is None:
        _play(declared, queue, groups, {})
    else:
        _propose(queue, groups, within_s=declared.accept_within)
    return len(groups)


def _groups(declared: DeclaredQueue, tickets: Sequence[Waiting]) -> list[list[Waiting]]:
    user_ids = [user_id for ticket in tickets for user_id in ticket.user_ids]
    apart = friends.blocks_among(user_ids) if len(tickets) > 1 else ()
    return rules.groups(tickets, declared, apart=apart)


def _play(
    declared: DeclaredQueue, queue: str, groups: Sequence[Sequence[Waiting]], known: Mapping[int, Entrant]
) -> dict[UUID, SeatedGame]:
    """Remove the groups from the queue and create their games; players not ``known`` are looked up."""
    if not groups:
        return {}
    tickets = [ticket for group in groups for ticket in group]
    _close([ticket.id for ticket in tickets if ticket.id < _NEW])
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
        rated=declared.rated,
    )


def _seated(
    declared: DeclaredQueue, group: Sequence[Waiting], entrants: Mapping[int, Entrant]
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


def _expire(queue: str) -> None:
    tickets = _expired_tickets(queue)
    if not tickets:
        return
    game, mode = Queue.kind_of(queue)
    for user_id in Member.objects.filter(ticket_id__in=tickets).values_list("user_id", flat=True):
        publish(QueueExpired(user_id=user_id, game=game, mode=mode))
    _close(tickets)


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


def _lock(queue: str) -> None:
    while not _is_locked(queue):
        Queue.objects.bulk_create([Queue(pk=queue)], ignore_conflicts=True)


def _is_locked(queue: str, *, skip_locked: bool = False) -> bool:
    """Lock the queue's row, waiting for it or skipping it; return whether it exists and was locked."""
    statement = "SELECT 1 FROM matchmaking_queue WHERE name = %s"
    if connection.features.has_select_for_update:  # SQLite has one writer at a time anyway
        statement += " " + connection.ops.for_update_sql(skip_locked=skip_locked)
    with connection.cursor() as cursor:
        cursor.execute(statement, [queue])
        return cursor.fetchone() is not None


def _close(tickets: Sequence[int]) -> int:
    """Delete tickets; return how many existed."""
    if not tickets:
        return 0
    ids = _list("%s", tickets)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM matchmaking_member WHERE ticket_id IN ({ids})", tickets)
        cursor.execute(f"DELETE FROM matchmaking_ticket WHERE id IN ({ids})", tickets)
        deleted: int = cursor.rowcount
    return deleted


def _list(item: str, of: Iterable[Any]) -> str:
    return ", ".join(item for _ in of)
