"""Reactions that update tickets when a party changes or a player signs out."""

from accounts.events import SignedOut
from game.events import MatchLeft
from matchmaking import selectors, services
from matchmaking.parties.events import PartyUpdate
from realtime.hooks import reacts_safely_to
from realtime.reactions import reacts_to


@reacts_to(PartyUpdate)
def take_changed_party_out(event: PartyUpdate) -> None:
    """Withdraw a party's ticket when the party has changed."""
    if event.change != "ready":
        services.withdraw(party_id=event.party.id)


@reacts_safely_to(MatchLeft)
def cancel_match(event: MatchLeft) -> None:
    """Requeue the players who were present, and penalise those who left."""
    services.cancel_match(
        game_id=event.game_id,
        queue=event.queue,
        reason=event.reason,
        left=event.left,
        stayed=event.stayed,
    )


@reacts_safely_to(SignedOut)
def take_out_who_signed_out(event: SignedOut) -> None:
    """Withdraw the ticket of a player who signed out everywhere."""
    for user_id in selectors.queues_of(event.user_ids):
        services.leave(user_id=user_id)
