"""Why something is refused in lobbies and between friends."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class MayNotActOn(NotAllowed):
    """Nobody acts on the owner, a moderator not on another, a member on nobody."""

    code = "rank_too_low"
    title = "Your rank does not allow this"


class PremiumRequired(NotAllowed):
    """Only premium users open lobbies."""

    code = "premium_required"
    title = "Only premium users can open a lobby"


class UnknownLobby(NotFound):
    """There is no such lobby."""

    code = "unknown_lobby"
    title = "There is no such lobby"


class UnknownMember(NotFound):
    """The user is not in the lobby."""

    code = "unknown_member"
    title = "This user is not in the lobby"


class UnknownMessage(NotFound):
    """There is no such message here (any more)."""

    code = "unknown_message"
    title = "There is no such message"


class LobbyClosed(Conflict):
    """The lobby is closed for good."""

    code = "lobby_closed"
    title = "The lobby is closed"


class LobbyNameTaken(Conflict):
    """An open lobby has this name."""

    code = "lobby_name_taken"
    title = "An open lobby has this name"


class LobbyFull(Conflict):
    """There is no place left."""

    code = "lobby_full"
    title = "The lobby is full"


class AlreadyInLobby(Conflict):
    """The user is a member already."""

    code = "already_member"
    title = "This user is in the lobby"


class TooManyLobbies(Conflict):
    """The user owns many open lobbies."""

    code = "too_many_lobbies"
    title = "Too many lobbies of yours are open"


class NoGameChosen(Invalid):
    """Neither the lobby nor the request says which game."""

    code = "no_game_chosen"
    title = "Choose a game first"


class NotEnoughPlayers(Conflict):
    """The game needs more than are in the lobby."""

    code = "not_enough_players"
    title = "Not enough players for this game"


class Banned(NotAllowed):
    """The user is banned from the lobby."""

    code = "banned"
    title = "You are banned from this lobby"


class InvitationNeeded(NotAllowed):
    """A private lobby is entered by invitation only."""

    code = "invitation_needed"
    title = "This lobby is private"


class NotAMember(NotAllowed):
    """Only members may do that."""

    code = "not_a_member"
    title = "You are not a member of this lobby"


class OwnerOnly(NotAllowed):
    """Only the owner may do that."""

    code = "owner_only"
    title = "Only the owner can do that"


class Muted(NotAllowed):
    """The user may not speak in the lobby for a while."""

    code = "muted"
    title = "You are muted in this lobby"


class NotFriends(NotAllowed):
    """Only friends write to each other."""

    code = "not_friends"
    title = "You are not friends"
