"""Why a game refuses, beside the rules' own reasons."""

from core.refusals import Conflict, NotAllowed, NotFound, Unavailable


class UnknownMatch(NotFound):
    """There is no such game."""

    code = "unknown_match"
    title = "There is no such game."


class NotAPlayer(NotAllowed):
    """Who only watches cannot do that."""

    code = "not_a_player"
    title = "Only the players of this game can do that."


class NoSpectators(NotAllowed):
    """The game, or its players, let nobody watch."""

    code = "no_spectators"
    title = "Nobody may watch this game."


class NotRunning(Conflict):
    """The game does not run yet, or stands still."""

    code = "game_not_active"
    title = "The game is not under way."


class CannotBeOpened(Conflict):
    """The game's rules are not installed any more, or fail."""

    code = "cannot_be_opened"
    title = "The game cannot be opened."


class StillRunning(Conflict):
    """What is asked for is only there once the game is over."""

    code = "game_running"
    title = "The game is still running."


class NoDrawOffered(Conflict):
    """There is no open offer of the opponent."""

    code = "no_draw_offered"
    title = "Nobody has offered a draw."


class UnknownAction(Conflict):
    """This game knows no such action."""

    status = 422
    code = "unknown_action"
    title = "This game knows no such action."


class GameFull(Conflict):
    """All seats are taken."""

    code = "game_full"
    title = "All seats are taken."


class TooManyGames(Conflict):
    """The user has created many games that are not over yet."""

    code = "too_many_games"
    title = "Too many games are not over yet."


class Recovering(Unavailable):
    """The database is away, or takes nothing; the game goes on when it does again."""

    code = "recovering"
    title = "The game cannot be kept just now. It goes on in a moment."
