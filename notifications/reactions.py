"""What changes the badge."""

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
    """There is one more, or one less, to answer."""
    badges.changed(event.invite.to_user.id)
