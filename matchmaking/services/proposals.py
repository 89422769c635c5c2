"""Matches that wait until all their players have accepted them."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.ids import UserId
from game.author.queues import Waiting
from matchmaking import selectors
from matchmaking.events import MatchProposed
from matchmaking.models import Member, Proposal, Queue, Ticket
from matchmaking.refusals import UnknownProposal
from matchmaking.services.leaving import cancel_proposal
from matchmaking.services.matches import create_games
from matchmaking.services.tickets import declared_queue, lock_proposed
from matchmaking.shapes import Standing
from realtime.publishing import publish


def propose(queue: str, *, groups: Sequence[Sequence[Waiting]], within_s: float) -> None:
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
def accept(*, user_id: UserId, proposal_id: int) -> Standing:
    """Accept a proposed match, and make it if all others have; return the user's status.

    Raises ``UnknownProposal``.
    """
    ticket = lock_proposed(user_id, proposal_id=proposal_id)
    if ticket is None:
        made = selectors.made_of(proposal_id, user_id)
        if made is None:
            raise UnknownProposal
        return made
    queue = ticket.queue_id
    game, mode = Queue.kind_of(queue)
    declared = declared_queue(game=game, mode=mode)
    Member.objects.filter(user=user_id).update(accepted=True)
    Ticket.objects.filter(pk=ticket.pk).update(heard_at=timezone.now())
    if Member.objects.filter(ticket__proposal=proposal_id, accepted=False).exists():
        return selectors.queue_status(user_id)
    made_games = create_games(
        declared, queue=queue, groups=[selectors.proposed(queue, proposal_id)], known={}
    )
    (game_id,) = made_games
    Proposal.objects.filter(pk=proposal_id).update(game_id=game_id)
    return selectors.matched({user_id: game_id}, made_games)[user_id]


def end_unaccepted(queue: str) -> None:
    """Cancel the proposals that not all have accepted in time."""
    over = Proposal.objects.filter(queue=queue, expires_at__lte=timezone.now())
    for proposal_id in list(over.values_list("pk", flat=True)):
        late = dict(
            Member.objects.filter(ticket__proposal=proposal_id, accepted=False).values_list(
                "user_id", "ticket_id"
            )
        )
        cancel_proposal(
            proposal_id, queue=queue, tickets=set(late.values()), left=list(late), reason="not_accepted"
        )
