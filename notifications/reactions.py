"""Reactions that update the badge."""

from chat.events import UnreadChanged
from matchmaking.invites import events as invites
from notifications import badges
from realtime.reactions import reacts_to


@reacts_to(
    invites.InviteCreated,
    invites.InviteAccepted,
    invites.InviteDeclined,
    invites.InviteCancelled,
    invites.InviteExpired,
)
def count_invites(event: invites.InviteEvent) -> None:
    """Update the badge after an invite was made or answered."""
    badges.changed(event.invite.to_user.id)


@reacts_to(UnreadChanged)
def count_unread(event: UnreadChanged) -> None:
    """Update the badge after a message arrived or was read."""
    badges.changed(event.user_id)
