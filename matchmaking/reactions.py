"""What becomes of a place in the queue when the party that has it changes, or a player signs out."""

from accounts.events import SignedOut
from game.events import MatchLeft
from matchmaking import selectors, services
from matchmaking.parties.events import PartyUpdate
from realtime.reactions import reacts_to


@reacts_to(PartyUpdate)
def take_changed_party_out(event: PartyUpdate) -> None:
    """A party waits as it was when it joined, or not at all."""
    if event.change != "ready":
        services.withdraw(party_id=event.party.id)


@reacts_to(MatchLeft)
def cancel_match(event: MatchLeft) -> None:
    """Queue again who was there, and let who was not wait."""
    services.cancel_match(
        game_id=event.game_id,
        queue=event.queue,
        reason=event.reason,
        left=event.left,
        stayed=event.stayed,
    )


@reacts_to(SignedOut)
def take_out_who_signed_out(event: SignedOut) -> None:
    """Nobody is matched with who can no longer come."""
    for user_id in selectors.queues_of(event.user_ids):
        services.leave(user_id=user_id)
