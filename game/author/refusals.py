"""Refusals and errors about movements, options and rules."""

from core.refusals import Conflict, Invalid, NotFound


class InvalidMove(Invalid):
    """The movement does not match any move's types; ``details`` maps fields to reasons."""

    code = "invalid_move"
    title = "Invalid move"


class InvalidOptions(Invalid):
    """The options do not match the game's ``Options``, or the number of seats does not match ``players``."""

    code = "invalid_options"
    title = "Invalid options"


class IllegalMove(Conflict):
    """The movement is well-formed but the rules forbid it; its code is chosen by the author."""

    code = "illegal_move"
    title = "Illegal move"

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code.replace("_", " ").capitalize() + ".")
        self.code = code


class NotYourTurn(Conflict):
    """The player is not allowed to move now."""

    code = "not_your_turn"
    title = "It is not your turn."


class NotNow(Conflict):
    """The move belongs to another phase of the game."""

    code = "not_now"
    title = "That is not possible in this phase of the game."


class GameIsOver(Conflict):
    """The game has ended; moves are no longer accepted."""

    code = "game_over"
    title = "The game is over."


class UnknownGame(NotFound):
    """This server offers no game with this name."""

    code = "unknown_game"
    title = "Unknown game"


class RulesError(Exception):
    """A game's own code failed or returned something invalid: a bug of its author, not the player's fault."""


class GameDefinitionError(TypeError):
    """A game class cannot be used; the message says what to change."""
