"""Why matchmaking refuses."""

from core.refusals import Conflict, Invalid


class AlreadyQueued(Conflict):
    """Nobody waits in two queues; leaving the one makes free for the other."""

    code = "already_queued"
    title = "Waiting in another queue"


class AlreadyPlaying(Conflict):
    """A member of the party has an unfinished match of this queue."""

    code = "already_playing"
    title = "A member of the party still plays"


class PartyTooLarge(Invalid):
    """The game has not that many seats."""

    code = "party_too_large"
    title = "Too many for this game"
