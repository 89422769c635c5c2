"""Refusals of lobbies and direct messages."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound, RateLimited


class MayNotActOn(NotAllowed):
    """Nobody may act on the owner, nor a moderator on another, nor a member on anybody."""

    code = "rank_too_low"
    title = "Your rank does not allow this"


class PremiumRequired(NotAllowed):
    """Only premium users may create lobbies."""

    code = "premium_required"
    title = "Only premium users can open a lobby"


class UnknownLobby(NotFound):
    """The lobby does not exist."""

    code = "unknown_lobby"
    title = "There is no such lobby"


class UnknownMember(NotFound):
    """The user is not a member of the lobby."""

    code = "unknown_member"
    title = "This user is not in the lobby"


class NotYours(NotAllowed):
    """Only its author may do this with a message."""

    code = "not_yours"
    title = "This message is not yours"


class TooLate(Conflict):
    """The message is too old for this."""

    code = "too_late"
    title = "It is too late to change this message"


class TooManyReactions(Conflict):
    """The message takes no more reactions."""

    code = "too_many_reactions"
    title = "This message has enough reactions"


class SlowMode(RateLimited):
    """The lobby is in slow mode; ``retry_after`` says when the member may write again."""

    code = "slow_mode"
    title = "This lobby is in slow mode"


class UnknownReaction(NotFound):
    """There is no reaction of this kind."""

    code = "unknown_reaction"
    title = "There is no such reaction"


class UnknownMessage(NotFound):
    """The message does not exist, or was deleted."""

    code = "unknown_message"
    title = "There is no such message"


class LobbyClosed(Conflict):
    """The lobby has been closed permanently."""

    code = "lobby_closed"
    title = "The lobby is closed"


class LobbyNameTaken(Conflict):
    """Another open lobby has this name."""

    code = "lobby_name_taken"
    title = "An open lobby has this name"


class LobbyFull(Conflict):
    """The lobby has no free place."""

    code = "lobby_full"
    title = "The lobby is full"


class AlreadyInLobby(Conflict):
    """The user is already a member."""

    code = "already_member"
    title = "This user is in the lobby"


class TooManyLobbies(Conflict):
    """The user owns too many open lobbies."""

    code = "too_many_lobbies"
    title = "Too many lobbies of yours are open"


class NoGameChosen(Invalid):
    """Neither the lobby nor the request names a game."""

    code = "no_game_chosen"
    title = "Choose a game first"


class NotEnoughPlayers(Conflict):
    """The game needs more players than the lobby has."""

    code = "not_enough_players"
    title = "Not enough players for this game"


class Banned(NotAllowed):
    """The user is banned from the lobby."""

    code = "banned"
    title = "You are banned from this lobby"


class InvitationNeeded(NotAllowed):
    """A private lobby can be joined only by invitation."""

    code = "invitation_needed"
    title = "This lobby is private"


class NotAMember(NotAllowed):
    """The action is for members only."""

    code = "not_a_member"
    title = "You are not a member of this lobby"


class OwnerOnly(NotAllowed):
    """The action is for the owner only."""

    code = "owner_only"
    title = "Only the owner can do that"


class Muted(NotAllowed):
    """The user is muted in the lobby."""

    code = "muted"
    title = "You are muted in this lobby"


class NotFriends(NotAllowed):
    """Direct messages are for friends only."""

    code = "not_friends"
    title = "You are not friends"


class CannotReportOneself(Invalid):
    """Reports are about others."""

    code = "yourself"
    title = "This is yourself"


class ReportClaimed(Conflict):
    """Another operator looks at this report."""

    code = "report_claimed"
    title = "Another operator looks at this report"


class ReportSettled(Conflict):
    """The report has been decided."""

    code = "report_settled"
    title = "This report has been decided"
