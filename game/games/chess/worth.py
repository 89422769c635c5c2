"""The value of a position to the bots: material, places, and the captures that are pending."""

from math import exp
from typing import Final

from game.games.chess.position import Position, Step, captured

MATERIAL: Final = {"p": 1.0, "n": 3.1, "b": 3.3, "r": 5.0, "q": 9.5, "k": 0.0, "": 0.0}

# For each step from the edge towards the centre; a king is safer at the edge.
CENTRE: Final = {"p": 0.04, "n": 0.12, "b": 0.07, "r": 0.0, "q": 0.02, "k": -0.12}
# For each row that a pawn has advanced.
ADVANCE: Final = 0.05

# A longer exchange is cut off.
MAX_CAPTURES: Final = 6


def place(piece: str, square: int) -> float:
    """Return the worth of a piece on a square, in pawns: positive for White's."""
    row, column = divmod(square, 8)
    kind = piece.lower()
    centre = min(row, 7 - row) + min(column, 7 - column)
    worth = MATERIAL[kind] + CENTRE[kind] * centre
    if kind == "p":
        worth += ADVANCE * (6 - row if piece == "P" else row - 1)
    return worth if piece.isupper() else -worth


WORTH: Final = {piece: [place(piece, square) for square in range(64)] for piece in "PNBRQKpnbrqk"}


def balance(position: Position) -> float:
    """Return by how much the player to move is ahead, in pawns."""
    total = sum([WORTH[piece][square] for square, piece in enumerate(position.board) if piece != "."])
    return total if position.white else -total


def gain(position: Position, step: Step) -> float:
    """Return the material that a move gains at once."""
    return MATERIAL[captured(position, step).lower()] + MATERIAL[step[2]]


def settled_balance(position: Position, low: float, high: float, captures: int = MAX_CAPTURES) -> float:
    """Return the balance after the captures that pay, exactly if it lies between ``low`` and ``high``."""
    best = balance(position)
    if captures == 0 or best >= high:
        return best
    gains = [(gain(position, step), step) for step in position.legal()]
    for _, step in sorted((one for one in gains if one[0] > 0), reverse=True):
        low = max(low, best)
        best = max(best, -settled_balance(position.after(step), -high, -low, captures - 1))
        if best >= high:
            break
    return best


def chances(pawns: float) -> float:
    """Return a number from 0 to 1 for an advantage in pawns."""
    return 1 / (1 + exp(-pawns / 4))
