"""Reactions to events of other apps that concern users in the world."""

from matchmaking.invites.events import InviteCreated, InviteDeclined
from realtime.publishing import publish
from realtime.reactions import reacts_to
from world import events


@reacts_to(InviteCreated)
def tell_of_party_invite(event: InviteCreated) -> None:
    """Send party invites on the world's socket too, so that players need not watch notifications."""
    invite = event.invite
    if invite.party_id is not None:
        publish(
            events.PartyInvite(
                invite_id=invite.id,
                party_id=invite.party_id,
                from_user_id=invite.from_user.id,
                from_username=invite.from_user.username,
                to_user_id=invite.to_user.id,
                expires_at=invite.expires_at,
            )
        )


@reacts_to(InviteDeclined)
def tell_of_declined_party_invite(event: InviteDeclined) -> None:
    """Inform the leader on the world's socket."""
    invite = event.invite
    if invite.party_id is not None:
        publish(
            events.PartyDecline(
                invite_id=invite.id,
                party_id=invite.party_id,
                from_user_id=invite.from_user.id,
                to_user_id=invite.to_user.id,
            )
        )
