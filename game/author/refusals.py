"""What can be wrong with a movement, with a game's options, or with a game's own rules."""

from core.refusals import Conflict, Invalid, NotFound


class InvalidMove(Invalid):
    """The movement does not fit the types of any move; ``details`` maps fields to reasons."""

    code = "invalid_move"
    title = "Invalid move"


class InvalidOptions(Invalid):
    """The options do not fit the game's ``Options``, or the number of seats its ``players``."""

    code = "invalid_options"
    title = "Invalid options"


class IllegalMove(Conflict):
    """Well-formed, but against the rules of the game; the code is the one its author gave."""

    code = "illegal_move"
    title = "Illegal move"

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code.replace("_", " ").capitalize() + ".")
        self.code = code


class NotYourTurn(Conflict):
    """Somebody else has to move first."""

    code = "not_your_turn"
    title = "It is not your turn."


class GameIsOver(Conflict):
    """The game has its result; nothing moves any more."""

    code = "game_over"
    title = "The game is over."


class UnknownGame(NotFound):
    """No game of this name is offered here."""

    code = "unknown_game"
    title = "Unknown game"


class RulesError(Exception):
    """A game's own code failed or broke a promise: the fault is its author's, not the player's."""


class GameDefinitionError(TypeError):
    """A game class cannot be used as written; the message says what to change."""
