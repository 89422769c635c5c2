"""What becomes of invites when what they are to changes or ends, or one user blocks the other."""

from chat.events import LobbyClosed
from friends.events import PlayerBlocked
from matchmaking.invites import services
from matchmaking.parties.events import PartyUpdate
from realtime.reactions import reacts_to


@reacts_to(PartyUpdate)
def settle_invites_to_party(event: PartyUpdate) -> None:
    """There is no way into a party that is no more, and no invite for who is in already."""
    if event.change == "disbanded":
        services.cancel_to_party(event.party.id)
    elif event.change == "joined":
        for user_id in event.user_ids:
            services.accept_to_party(event.party.id, user_id)


@reacts_to(LobbyClosed)
def cancel_invites_to_lobby(event: LobbyClosed) -> None:
    """There is no way into a lobby that is closed."""
    services.cancel_to_lobby(event.lobby_id)


@reacts_to(PlayerBlocked)
def end_invites_between(event: PlayerBlocked) -> None:
    """Who is blocked is not asked, and does not ask, any more."""
    services.part(by_id=event.by_id, blocked_id=event.blocked_id)
