"""Reactions that settle invites when their target changes or one user blocks the other."""

from chat.events import LobbyClosed
from friends.events import PlayerBlocked
from matchmaking.invites import services
from matchmaking.parties.events import PartyUpdate
from realtime.hooks import reacts_safely_to
from realtime.reactions import reacts_to


@reacts_to(PartyUpdate)
def settle_invites_to_party(event: PartyUpdate) -> None:
    """Cancel the invites to a disbanded party, and settle those of its members."""
    if event.change == "disbanded":
        services.cancel_to_party(event.party.id)
    elif event.change == "joined":
        for user_id in event.user_ids:
            services.accept_to_party(event.party.id, user_id=user_id)


@reacts_safely_to(LobbyClosed)
def cancel_invites_to_lobby(event: LobbyClosed) -> None:
    """Cancel the invites to a closed lobby."""
    services.cancel_to_lobby(event.lobby_id)


@reacts_safely_to(PlayerBlocked)
def end_invites_between(event: PlayerBlocked) -> None:
    """Settle the pending invites between two users after a block."""
    services.cancel_between(by_id=event.by_id, blocked_id=event.blocked_id)
