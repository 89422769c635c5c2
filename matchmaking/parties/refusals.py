"""Why parties refuse."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownParty(NotFound):
    """There is no such party, or it is none of the caller's."""

    code = "unknown_party"
    title = "There is no such party"


class NotInParty(Conflict):
    """The caller is in no party (any more)."""

    code = "not_in_party"
    title = "You are in no party"


class AlreadyInParty(Conflict):
    """Nobody is in two parties; leaving the one makes free for the other."""

    code = "already_in_party"
    title = "Already in a party"


class PartyFull(Conflict):
    """There is no room for one more."""

    code = "party_full"
    title = "The party is full"


class NotLeader(NotAllowed):
    """Only who leads the party can do that."""

    code = "not_party_leader"
    title = "Only the leader can do that"


class UnknownMember(NotFound):
    """Nobody of this party."""

    code = "unknown_member"
    title = "Nobody of your party"


class CannotKickOneself(Invalid):
    """Who wants to go leaves."""

    code = "cannot_kick_oneself"
    title = "Leave the party instead"
