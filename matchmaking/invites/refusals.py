"""Refusals of invites."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownInvite(NotFound):
    """The invite does not exist, or the caller has neither sent nor received it."""

    code = "unknown_invite"
    title = "There is no such invite"


class NotYoursToAnswer(NotAllowed):
    """Only the recipient may accept or decline, and only the sender may cancel."""

    code = "not_yours_to_answer"
    title = "Not yours to answer"


class UnknownInvitee(NotFound):
    """The player does not exist."""

    code = "unknown_user"
    title = "There is no such player"


class CannotInviteOneself(Invalid):
    """The caller invited themselves."""

    code = "cannot_invite_oneself"
    title = "You cannot invite yourself"


class CannotInvite(NotAllowed):
    """One user blocks the other, has too many invites, or is a bot; the reason is not disclosed."""

    code = "cannot_invite"
    title = "This player takes no invites from you"


class NotForTwo(Invalid):
    """Game invites are only for games of two players."""

    code = "game_not_for_two"
    title = "This game is not for two"


class AlreadyInvited(Conflict):
    """One of the two has already sent the same invite; ``details`` has its ``invite_id``."""

    code = "already_invited"
    title = "There is such an invite already"


class AlreadyMember(Conflict):
    """The invited user is already in the party."""

    code = "already_member"
    title = "Already in the party"


class TooManyInvites(Conflict):
    """Too many of the user's invites are pending."""

    code = "too_many_invites"
    title = "Too many of your invites are unanswered"


class InviteNotPending(Conflict):
    """The invite was answered, was cancelled or has expired; ``details`` has its ``status``."""

    code = "invite_not_pending"
    title = "The invite is not open any more"
