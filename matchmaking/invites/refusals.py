"""Why invites refuse."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownInvite(NotFound):
    """There is no such invite, or it is none of the caller's."""

    code = "unknown_invite"
    title = "There is no such invite"


class NotYoursToAnswer(NotAllowed):
    """Who was invited accepts or declines; who invites cancels."""

    code = "not_yours_to_answer"
    title = "Not yours to answer"


class UnknownInvitee(NotFound):
    """There is no such player."""

    code = "unknown_user"
    title = "There is no such player"


class CannotInviteOneself(Invalid):
    """It takes two."""

    code = "cannot_invite_oneself"
    title = "You cannot invite yourself"


class CannotInvite(NotAllowed):
    """One of the two blocks the other, or has no room for more invites, or is a bot: it is not said which."""

    code = "cannot_invite"
    title = "This player takes no invites from you"


class NotForTwo(Invalid):
    """A game invite is for a game of two."""

    code = "game_not_for_two"
    title = "This game is not for two"


class AlreadyInvited(Conflict):
    """The same is already asked, by either of them; ``details`` has its ``invite_id``."""

    code = "already_invited"
    title = "There is such an invite already"


class AlreadyMember(Conflict):
    """Who is in the party needs no invite."""

    code = "already_member"
    title = "Already in the party"


class TooManyInvites(Conflict):
    """Many invites of the user wait for an answer."""

    code = "too_many_invites"
    title = "Too many of your invites are unanswered"


class InviteNotPending(Conflict):
    """It was answered, cancelled or has expired; ``details`` has its ``status``."""

    code = "invite_not_pending"
    title = "The invite is not open any more"
