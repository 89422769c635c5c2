"""Refusals of matchmaking."""

from core.refusals import Conflict, Invalid, NotFound, RateLimited


class AlreadyQueued(Conflict):
    """The user waits in another queue, and must leave it first."""

    code = "already_queued"
    title = "Waiting in another queue"


class AlreadyPlaying(Conflict):
    """A member of the party has an unfinished match of this queue."""

    code = "already_playing"
    title = "A member of the party still plays"


class LeftEarly(RateLimited):
    """The user left a match before it began, and has to wait before queueing again."""

    code = "left_early"
    title = "You left a match before it began"


class UnknownQueue(Invalid):
    """The game has no queue with this mode."""

    code = "unknown_queue"
    title = "There is no such queue"


class UnknownProposal(NotFound):
    """The proposed match is over, or was never proposed to the user."""

    code = "unknown_proposal"
    title = "This match is not proposed any more"


class PartyTooLarge(Invalid):
    """The party has more members than a match, or a team, has seats."""

    code = "party_too_large"
    title = "Too many for this game"


class WrongPartySize(Invalid):
    """The queue does not take parties of this size."""

    code = "wrong_party_size"
    title = "Not for a party of this size"
