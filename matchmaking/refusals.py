"""Why matchmaking refuses."""

from core.refusals import Conflict, Invalid, RateLimited


class AlreadyQueued(Conflict):
    """Nobody waits in two queues; leaving the one makes free for the other."""

    code = "already_queued"
    title = "Waiting in another queue"


class AlreadyPlaying(Conflict):
    """A member of the party has an unfinished match of this queue."""

    code = "already_playing"
    title = "A member of the party still plays"


class LeftEarly(RateLimited):
    """The user left a match before it began, and has to wait before the next."""

    code = "left_early"
    title = "You left a match before it began"


class UnknownQueue(Invalid):
    """The game declares no such mode."""

    code = "unknown_queue"
    title = "There is no such queue"


class PartyTooLarge(Invalid):
    """The game has not that many seats."""

    code = "party_too_large"
    title = "Too many for this game"
