"""Leaving: a queue, a proposed match, or a match before it has begun."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.ids import UserId
from core.statements import statement, together
from game import selectors as game_selectors
from game.author.queues import NoQuestions
from matchmaking import rules, selectors
from matchmaking.events import MatchCancelled, QueueLeft
from matchmaking.models import Answers, Member, Penalty, Proposal, Queue, Ticket
from matchmaking.parties import selectors as party_selectors
from matchmaking.parties.events import PartyId
from matchmaking.refusals import UnknownProposal
from matchmaking.services.tickets import (
    declared_queue,
    delete_tickets,
    lock_proposed,
    lock_queue,
    queue_lock,
    tell_party,
    waiting_ticket,
)
from realtime.publishing import publish


@transaction.atomic
def leave(*, user_id: UserId) -> bool:
    """Withdraw the user's ticket, for all its members; return whether there was one.

    If a match is proposed to them, it is declined.
    """
    ticket = selectors.ticket_of(user_id)
    return ticket is not None and _withdraw(ticket, left=[user_id])


@transaction.atomic
def withdraw(*, party_id: PartyId) -> None:
    """Withdraw the party's ticket, if any."""
    ticket = Ticket.objects.filter(party=party_id).first()
    if ticket is not None:
        _withdraw(ticket)


def _withdraw(ticket: Ticket, *, left: Sequence[UserId] = ()) -> bool:
    _, members = together(queue_lock.bound(ticket.queue_id), _members.bound(ticket.pk))
    user_ids = [user_id for user_id, _ in members]
    proposals = {proposal_id for _, proposal_id in members if proposal_id is not None}
    for proposal_id in proposals:
        cancel_proposal(proposal_id, queue=ticket.queue_id, tickets=[ticket.pk], left=left, reason="declined")
    if not delete_tickets([ticket.pk]) and not proposals:
        return False
    if ticket.party_id is not None:
        tell_party(QueueLeft, party_id=ticket.party_id, queue=ticket.queue_id, user_ids=user_ids)
    return True


@statement
def _members(ticket_id: int) -> QuerySet[Member, tuple[UserId, int | None]]:
    return Member.objects.filter(ticket=ticket_id).values_list("user_id", "ticket__proposal")


@transaction.atomic
def decline(*, user_id: UserId, proposal_id: int) -> None:
    """Decline a proposed match, and leave the queue. Raises ``UnknownProposal``."""
    ticket = lock_proposed(user_id, proposal_id=proposal_id)
    if ticket is None:
        raise UnknownProposal
    _withdraw(ticket, left=[user_id])


def cancel_proposal(
    proposal_id: int, *, queue: str, tickets: Collection[int], left: Sequence[UserId], reason: str
) -> None:
    """Withdraw these tickets of a proposed match, give the others their places back, and tell all."""
    game, mode = Queue.kind_of(queue)
    members = Member.objects.filter(ticket__proposal=proposal_id).order_by("pk")
    for user_id, ticket_id in members.values_list("user_id", "ticket_id"):
        requeued = ticket_id not in tickets
        publish(MatchCancelled(user_id=user_id, game=game, mode=mode, reason=reason, requeued=requeued))
    delete_tickets(sorted(tickets))
    Proposal.objects.filter(pk=proposal_id).delete()
    for user_id in sorted(left):
        _penalise(user_id)


@transaction.atomic
def cancel_match(
    *, game_id: UUID, queue: str, reason: str, left: Sequence[UserId], stayed: Mapping[UserId, datetime]
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


def _requeue(queue: str, left: Sequence[UserId], stayed: Mapping[UserId, datetime]) -> set[UserId]:
    lock_queue(queue)
    game, mode = Queue.kind_of(queue)
    entrants = game_selectors.entrants(game, queue, list(stayed))
    waiting = selectors.queues_of(stayed)
    now = timezone.now()
    has_questions = declared_queue(game=game, mode=mode).asks is not NoQuestions
    answers = selectors.answers(queue, list(stayed))
    requeued: set[UserId] = set()
    for party_id, user_ids in party_selectors.by_party([*stayed, *left]):
        if not stayed.keys() >= set(user_ids) or any(user_id in waiting for user_id in user_ids):
            continue
        if has_questions and not answers.keys() >= set(user_ids):
            # They have queued elsewhere since, where their answers were others.
            continue
        ticket = waiting_ticket(0, waited=0.0, players=[entrants[user_id] for user_id in user_ids], asks=None)
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


def _penalise(user_id: UserId) -> None:
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


@transaction.atomic
def merge(*, kept_id: UserId, former_id: UserId) -> None:
    """Take a former account out of the queue; of two penalties the later one holds for the kept account."""
    leave(user_id=former_id)
    penalty = Penalty.objects.filter(user=former_id).first()
    own = Penalty.objects.filter(user=kept_id).first()
    if penalty is not None and (own is None or own.until < penalty.until):
        Penalty.objects.update_or_create(
            user_id=kept_id, defaults={"times": penalty.times, "until": penalty.until}
        )
    clear_history(user_id=former_id)


def clear_history(*, user_id: UserId) -> None:
    """Delete the user's penalty for leaving matches early, and the answers to the questions of queues."""
    Penalty.objects.filter(user=user_id).delete()
    Answers.objects.filter(user=user_id).delete()
