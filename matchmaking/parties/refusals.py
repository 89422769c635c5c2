"""Refusals of parties."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownParty(NotFound):
    """The party does not exist, or the caller may not see it."""

    code = "unknown_party"
    title = "There is no such party"


class NotInParty(Conflict):
    """The caller is not in a party (any more)."""

    code = "not_in_party"
    title = "You are in no party"


class AlreadyInParty(Conflict):
    """The user is already in a party, and must leave it first."""

    code = "already_in_party"
    title = "Already in a party"


class PartyFull(Conflict):
    """The party has no room for another member."""

    code = "party_full"
    title = "The party is full"


class NotLeader(NotAllowed):
    """Only the party's leader can do that."""

    code = "not_party_leader"
    title = "Only the leader can do that"


class UnknownMember(NotFound):
    """The user is not a member of this party."""

    code = "unknown_member"
    title = "Nobody of your party"


class CannotKickOneself(Invalid):
    """The leader cannot kick themselves; they can leave."""

    code = "cannot_kick_oneself"
    title = "Leave the party instead"
