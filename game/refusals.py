"""Refusals of games, other than those of the rules."""

from core.refusals import Conflict, NotAllowed, NotFound, Unavailable


class UnknownMatch(NotFound):
    """There is no such game."""

    code = "unknown_match"
    title = "There is no such game."


class NotAPlayer(NotAllowed):
    """Spectators cannot do this."""

    code = "not_a_player"
    title = "Only the players of this game can do that."


class NoSpectators(NotAllowed):
    """The game or its players do not allow spectators."""

    code = "no_spectators"
    title = "Nobody may watch this game."


class NotRunning(Conflict):
    """The game has not started, or is interrupted."""

    code = "game_not_active"
    title = "The game is not under way."


class CannotBeOpened(Conflict):
    """The game's rules are no longer installed, or fail."""

    code = "cannot_be_opened"
    title = "The game cannot be opened."


class StillRunning(Conflict):
    """This is available only after the end of the game."""

    code = "game_running"
    title = "The game is still running."


class JournalDeleted(NotFound):
    """The game's moves are no longer kept; its result is."""

    code = "journal_deleted"
    title = "The moves of this game are no longer kept."


class NoNotation(NotFound):
    """The game has no standard notation."""

    code = "no_notation"
    title = "This game has no standard notation."


class NoUndo(Conflict):
    """No move can be taken back: the game does not allow it, it is rated, or there is none."""

    code = "no_undo"
    title = "No undo"


class NoUndoAsked(Conflict):
    """Nobody asks for an undo."""

    code = "no_undo_asked"
    title = "Nobody asks for a move back."


class NoDrawOffered(Conflict):
    """The opponent has not offered a draw."""

    code = "no_draw_offered"
    title = "Nobody has offered a draw."


class UnknownAction(Conflict):
    """This game knows no such action."""

    status = 422
    code = "unknown_action"
    title = "This game has no such action."


class UnknownSeat(Conflict):
    """There is no such seat to leave or to take."""

    status = 422
    code = "unknown_seat"
    title = "There is no such seat."


class StaleInput(Conflict):
    """An input of a real-time game with a number that is not above the last one."""

    code = "stale_input"
    title = "A later input has already been taken."


class GameFull(Conflict):
    """All seats are taken."""

    code = "game_full"
    title = "All seats are taken."


class NotEnough(Conflict):
    """The game cannot begin with so few players."""

    code = "not_enough_players"
    title = "There are not enough players."


class NotTheHost(NotAllowed):
    """Only the user who created the game can do this."""

    code = "not_the_host"
    title = "Only the game's creator can do that."


class TooManyGames(Conflict):
    """The user has created too many unfinished games."""

    code = "too_many_games"
    title = "You have too many unfinished games."


class Recovering(Unavailable):
    """The database is unavailable or does not accept writes; the game continues when it does again."""

    code = "recovering"
    title = "The game cannot be saved right now. It will continue in a moment."
